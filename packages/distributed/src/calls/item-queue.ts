import { type Bytes, type Deferred, deferred } from '@conc/core/internal'
import type { Ending } from '../coordinator/call-request.js'
import { inOne } from '../coordinator/fault.js'
import { type Credit, CreditWindow } from '../protocol/credit.js'
import { encodeCredit } from '../protocol/credit-body.js'
import { frameType } from '../protocol/frame-types.js'
import type { SentCall } from './call-route.js'

/** The next item of a stream, or how it ended. */
export type ItemStep = { readonly item: Uint8Array } | { readonly ending: Ending }

/** The items of one stream that have come and were not taken; grants credit for more as they are. */
export class ItemQueue {
  readonly #window: CreditWindow | undefined
  readonly #items: Uint8Array[] = []
  #head = 0
  #sent: SentCall | undefined
  #pending: Deferred<ItemStep> | undefined
  #ending: Ending | undefined
  readonly #over: Deferred<Ending> = deferred()

  /** @param prefetch how far the producer may be ahead; none for a duplex, which is asked for each item. */
  constructor(prefetch: Credit | undefined) {
    this.#window = prefetch && new CreditWindow(prefetch)
  }

  /** This is how the producer is reached. */
  attach(sent: SentCall): void {
    this.#sent = sent
  }

  /** Resolves when the body is over. */
  get over(): Promise<Ending> {
    return this.#over.promise
  }

  get hasEnded(): boolean {
    return this.#ending !== undefined
  }

  /** An item that is here; `undefined` where one has to be waited for. */
  take(): Uint8Array | undefined {
    return this.#head < this.#items.length ? this.#take() : undefined
  }

  /** Not called again before it has settled. */
  next(): Promise<ItemStep> {
    const item = this.take()
    if (item) return Promise.resolve({ item })
    if (this.#ending) return Promise.resolve({ ending: this.#ending })
    this.#pending = deferred()
    this.#grant()
    return this.#pending.promise
  }

  /** Tells the producer that no more is wanted. */
  leave(): void {
    if (!this.#ending) this.#sent?.tell(frameType.return)
  }

  arrived(value: Bytes): void {
    const item = inOne(value)
    this.#window?.arrived(item.byteLength)
    this.#items.push(item)
    const pending = this.#pending
    this.#pending = undefined
    pending?.resolve({ item: this.#take() })
  }

  /** The body is over; what it said before has arrived. */
  ended(ending: Ending): void {
    this.#ending = ending
    const pending = this.#pending
    this.#pending = undefined
    pending?.resolve({ ending })
    this.#over.resolve(ending)
  }

  #take(): Uint8Array {
    const item = this.#items[this.#head] as Uint8Array
    this.#items[this.#head++] = undefined as never
    if (this.#head === this.#items.length) this.#items.length = this.#head = 0
    this.#window?.took(item.byteLength)
    this.#grant()
    return item
  }

  #grant(): void {
    if (this.#ending) return
    const isWaiting = this.#pending !== undefined && this.#head === this.#items.length
    const credit = this.#window?.due(isWaiting)
    if (credit) this.#sent?.tell(frameType.next, [encodeCredit(credit)])
  }
}
