import { closeQuietly } from '@conc/core/internal'

const end: IteratorResult<never, unknown> = { done: true, value: undefined }

/** A sync iterator that may be closed by its own source, while it is asked for an item: it is told once it has answered. */
export class ClosableIterator<T> {
  readonly #iterator: Iterator<T>
  #isAsked = false
  #isClosed = false

  constructor(items: Iterable<T>) {
    this.#iterator = items[Symbol.iterator]()
  }

  /** The next item; none once it was closed. */
  next(): IteratorResult<T, unknown> {
    this.#isAsked = true
    try {
      const step = this.#iterator.next()
      if (!this.#isClosed) return step
    } finally {
      this.#isAsked = false
    }
    this.#tell()
    return end
  }

  /** Nothing more is wanted. To be called once, and not after the end. */
  close(): void {
    this.#isClosed = true
    if (!this.#isAsked) this.#tell()
  }

  #tell(): void {
    closeQuietly(() => this.#iterator.return?.())
  }
}
