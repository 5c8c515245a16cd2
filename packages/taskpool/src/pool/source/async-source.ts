import { closeQuietly } from '@conc/core/internal'
import { type ItemSource, noItem } from './item-source.js'

/** An async iterator: one `next()` at a time, at most one item ahead. */
export class AsyncSource implements ItemSource {
  readonly #items: AsyncIterable<unknown>
  readonly #arrived: () => void
  #iterator: AsyncIterator<unknown> | undefined
  #ahead: unknown = noItem
  #failure: { readonly error: unknown } | undefined
  #state: 'reading' | 'ended' | 'closed' = 'reading'

  /** @param arrived called when there is an item, an end or a failure to `take`. */
  constructor(items: AsyncIterable<unknown>, arrived: () => void) {
    this.#items = items
    this.#arrived = arrived
    // Not within the call that brought the source.
    queueMicrotask(() => void this.#read())
  }

  get isReady(): boolean {
    return this.#ahead !== noItem
  }

  get isOver(): boolean {
    return this.#state !== 'reading' && this.#ahead === noItem && this.#failure === undefined
  }

  take(): unknown {
    if (this.#failure) {
      const { error } = this.#failure
      this.#failure = undefined
      throw error
    }
    const item = this.#ahead
    this.#ahead = noItem
    if (item !== noItem) void this.#read()
    return item
  }

  close(): void {
    this.#ahead = noItem
    this.#failure = undefined
    if (this.#state !== 'reading') return
    this.#state = 'closed'
    const iterator = this.#iterator
    if (iterator) closeQuietly(() => iterator.return?.())
  }

  async #read(): Promise<void> {
    if (this.#state !== 'reading') return
    try {
      this.#iterator ??= this.#items[Symbol.asyncIterator]()
      const result = await this.#iterator.next()
      if (this.#state !== 'reading') return
      if (result.done) this.#state = 'ended'
      else this.#ahead = result.value
    } catch (error) {
      if (this.#state !== 'reading') return
      this.#state = 'ended'
      this.#failure = { error }
    }
    this.#arrived()
  }
}
