import { type MapInit, MapRun } from './map-run.js'

/** Over an array, by index: it may grow or shrink meanwhile. */
export class ArrayMap extends MapRun {
  readonly #items: readonly unknown[]
  #isClosed = false

  constructor(init: MapInit, items: readonly unknown[]) {
    super(init)
    this.#items = items
    this.results = new Array(items.length)
  }

  get ahead(): undefined {
    return undefined
  }

  protected get isReady(): boolean {
    return !this.#isClosed && this.pulled < this.#items.length
  }

  protected get isOver(): boolean {
    return !this.isReady
  }

  protected open(): void {
    this.standInLine()
    this.finishIfOver()
  }

  get item(): unknown {
    return this.#items[this.pulled]
  }

  advance(): boolean {
    return this.isReady
  }

  protected closeSource(): void {
    this.#isClosed = true
  }
}
