import { closeQuietly } from './close-quietly.js'
import { type MapInit, MapRun } from './map-run.js'

/** Over an iterator, pulled with a slot in hand only: whether there is more shows then. */
export class IterableMap extends MapRun {
  readonly #iterator: Iterator<unknown>
  #item: unknown
  #isOver = false

  constructor(init: MapInit, items: Iterable<unknown>) {
    super(init)
    this.#iterator = items[Symbol.iterator]()
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
    closeQuietly(() => this.#iterator.return?.())
  }
}
