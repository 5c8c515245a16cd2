/** Ends the streams whose consumers are gone without a word. */
const abandoned = new FinalizationRegistry<AsyncGenerator<unknown, unknown, never>>((items) => {
  // What its `finally` throws has nobody left to be told.
  items.return(undefined).catch(() => {})
})

const owner = Symbol('owner')

/**
 * What a consumer holds of a stream whose body is elsewhere. That end is kept by the calls of its executor, so that nobody would
 * return it when its consumer just drops it: it is when this is collected.
 */
export class OwnedStream<Y, R = void, S = undefined> implements AsyncGenerator<Y, R, S> {
  readonly #items: AsyncGenerator<Y, R, S>

  constructor(items: AsyncGenerator<Y, R, S>) {
    this.#items = items
    abandoned.register(this, items as AsyncGenerator<unknown, unknown, never>)
  }

  next(...values: [] | [S]): Promise<IteratorResult<Y, R>> {
    return this.#keeping(this.#items.next(...values))
  }

  return(value: R | PromiseLike<R>): Promise<IteratorResult<Y, R>> {
    return this.#keeping(this.#items.return(value))
  }

  throw(error: unknown): Promise<IteratorResult<Y, R>> {
    return this.#keeping(this.#items.throw(error))
  }

  [Symbol.asyncIterator](): this {
    return this
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#items[Symbol.asyncDispose]()
  }

  /** Who waits for an item may hold nothing but its promise, which the other end holds as long as it is pending. */
  #keeping<T>(step: Promise<T>): Promise<T> {
    const kept: Promise<T> & { [owner]?: unknown } = step
    kept[owner] = this
    return step
  }
}
