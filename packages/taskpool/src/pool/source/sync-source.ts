import { closeQuietly } from '@conc/core/internal'
import { type ItemSource, noItem } from './item-source.js'

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
