import type { Bytes, Producer } from '@conc/core/internal'
import { decode } from '@conc/wire'
import type { Ending } from '../coordinator/call-request.js'
import type { Credit } from '../protocol/credit.js'
import type { SentCall } from './call-route.js'
import { ItemQueue } from './item-queue.js'

/** The consumer's end of a stream from elsewhere, with items as values. */
export class ItemReceiver<Y> implements Producer<Y> {
  readonly #queue: ItemQueue
  #stopping: Promise<void> | undefined

  constructor(prefetch: Credit) {
    this.#queue = new ItemQueue(prefetch)
  }

  attach(sent: SentCall): void {
    this.#queue.attach(sent)
  }

  arrived(value: Bytes): void {
    this.#queue.arrived(value)
  }

  ended(ending: Ending): void {
    this.#queue.ended(ending)
  }

  async next(): Promise<IteratorResult<Y, unknown>> {
    const step = await this.#queue.next()
    if ('item' in step) return { done: false, value: decode(step.item, { root: 'item' }) as Y }
    if (step.ending.ok) return { done: true, value: undefined }
    throw step.ending.fault.error
  }

  stop(): Promise<void> {
    this.#stopping ??= this.#stop()
    return this.#stopping
  }

  async #stop(): Promise<void> {
    const { hasEnded } = this.#queue
    this.#queue.leave()
    const ending = await this.#queue.over
    // What its `finally` threw; a worker that had to be ended is no news to whoever left.
    if (!hasEnded && !ending.ok && ending.phase === 'body') throw ending.fault.error
  }
}
