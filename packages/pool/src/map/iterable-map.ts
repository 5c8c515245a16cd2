import { ClosableIterator } from './closable-iterator.js'
import { type MapInit, MapRun } from './map-run.js'

/** Over an iterator, pulled with a slot in hand only: whether there is more shows then. */
export class IterableMap extends MapRun {
  readonly #iterator: ClosableIterator<unknown>
  #item: unknown
  #isOver = false

  constructor(init: MapInit, items: Iterable<unknown>) {
    super(init)
    this.#iterator = new ClosableIterator(items)
  }

  get ahead(): undefined {
    return undefined
  }

  protected get isReady(): boolean {
    return !this.#isOver
  }

  protected get isOver(): boolean {
    return this.#isOver
  }

  protected open(): void {
    this.standInLine()
  }

  get item(): unknown {
    return this.#item
  }

  advance(): boolean {
    if (this.#isOver) return false
    try {
      const { done, value } = this.#iterator.next()
      this.#item = value
      if (!done) return true
      if (this.#isOver) return false
      this.#isOver = true
      this.end()
    } catch (error) {
      this.#isOver = true
      this.sourceFailed(error)
    }
    return false
  }

  protected closeSource(): void {
    if (this.#isOver) return
    this.#isOver = true
    this.#iterator.close()
  }
}
