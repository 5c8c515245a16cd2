import type { Line } from '@conc/core/internal'
import type { Offer } from '../calls/call-route.js'
import { comesBefore } from './call-order.js'
import type { PoolCall } from './pool-call.js'

/** What waits in front of a pool, compared with the call that is next in its line, so that both have one order. */
export class Overtaking {
  readonly #offers = new Set<Offer>()
  #isAsking = false

  /** Whether what comes now is next. */
  get isAsking(): boolean {
    return this.#isAsking
  }

  /** @returns what ends it */
  add(offer: Offer): () => void {
    this.#offers.add(offer)
    return () => void this.#offers.delete(offer)
  }

  /** The one that goes first: `next`, which has left the line, or one that stands there now. */
  firstOf(next: PoolCall, line: Line): PoolCall {
    // One that comes from there was chosen there just now.
    if (this.#offers.size === 0 || next.owner.waitsSince) return next
    let first = next
    this.#isAsking = true
    for (const offer of this.#offers) {
      offer(first)
      const sent = line.first as PoolCall | undefined
      if (sent && comesBefore(sent, first)) first = sent
    }
    this.#isAsking = false
    return first
  }
}
