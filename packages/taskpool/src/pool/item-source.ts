/** What `take` gives where there is no item after all. */
export const noItem: unique symbol = Symbol('no item')

/** The items of a `map`, read as it goes. */
export interface ItemSource {
  /** Whether there may be an item to take now. */
  readonly isReady: boolean
  /** Whether nothing more will come. */
  readonly isOver: boolean
  /** The next item. @throws what the source throws; it is over then. */
  take(): unknown
  /** Nothing more is wanted: the iterator is told, once. */
  close(): void
}

/** An iterator, pulled when an item is needed: whether there is one shows then. */
export class SyncSource implements ItemSource {
  isOver = false
  readonly #items: Iterable<unknown>
  #iterator: Iterator<unknown> | undefined
  #isPulling = false

  constructor(items: Iterable<unknown>) {
    this.#items = items
  }

  get isReady(): boolean {
    return !this.isOver
  }

  take(): unknown {
    this.#isPulling = true
    try {
      this.#iterator ??= this.#items[Symbol.iterator]()
      const result = this.#iterator.next()
      // Closed by the source itself while it was asked: now it can be told.
      if (this.isOver) this.#tell()
      else if (!result.done) return result.value
      this.isOver = true
      return noItem
    } catch (error) {
      this.isOver = true
      throw error
    } finally {
      this.#isPulling = false
    }
  }

  close(): void {
    if (this.isOver) return
    this.isOver = true
    if (!this.#isPulling) this.#tell()
  }

  #tell(): void {
    const iterator = this.#iterator
    if (iterator) closeQuietly(() => iterator.return?.())
  }
}

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

/** Lets a source release what it holds. Its call is over already: what it says of it is lost. */
function closeQuietly(close: () => unknown): void {
  const closing = async (): Promise<unknown> => close()
  closing().catch(() => {})
}
