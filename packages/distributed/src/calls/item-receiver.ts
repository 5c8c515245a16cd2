import type { Bytes, Producer } from '@conc/core/internal'
import { decode } from '@conc/wire'
import type { Ending } from '../coordinator/call-request.js'
import type { Credit } from '../protocol/credit.js'
import type { SentCall } from './call-route.js'
import { ItemQueue } from './item-queue.js'

/** The consumer's end of a stream from elsewhere, with items as values. */
export class ItemReceiver<Y> implements Producer<Y> {
  readonly #queue: ItemQueue
  /** An item that came and could not be read. */
  #unreadable: { readonly error: unknown } | undefined
  #stopping: Promise<void> | undefined

  constructor(prefetch: Credit) {
    this.#queue = new ItemQueue(prefetch)
  }

  attach(sent: SentCall): void {
    this.#queue.attach(sent)
  }

  arrived(pack: Bytes): void {
    this.#queue.arrived(pack)
  }

  ended(ending: Ending): void {
    this.#queue.ended(ending)
  }

  take(): IteratorYieldResult<Y> | undefined {
    try {
      return this.#queue.take(valueIn<Y>)
    } catch (error) {
      // The next step is a promise, and tells it.
      this.#unreadable = { error }
      return undefined
    }
  }

  async next(): Promise<IteratorResult<Y, unknown>> {
    if (this.#unreadable) throw this.#unreadable.error
    const step = await this.#queue.next()
    if ('item' in step) return valueIn<Y>(step.item, 0, step.item.byteLength)
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
    // What its `finally` threw; a worker that had to be ended is no news to whoever left, nor a wait that leaving broke off.
    if (hasEnded || ending.ok || ending.phase !== 'body') return
    if (!isAbortError(ending.fault.error)) throw ending.fault.error
  }
}

function isAbortError(error: unknown): boolean {
  return error instanceof Error && error.name === 'AbortError'
}

function valueIn<Y>(pack: Uint8Array, start: number, end: number): IteratorYieldResult<Y> {
  return { done: false, value: decode(pack, { root: 'item', start, end }) as Y }
}
