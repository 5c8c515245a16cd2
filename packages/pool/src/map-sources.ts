import { closeQuietly } from './close-quietly.js'
import type { MapItem } from './map-item.js'
import { type MapInit, MapRun } from './map-run.js'

/** Over an array, by index: it may grow or shrink meanwhile. */
class ArrayMap extends MapRun {
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

/** Over an iterator, pulled with a slot in hand only: whether there is more shows then. */
class IterableMap extends MapRun {
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

/** Over an async iterator: one `next()` at a time and no slot meanwhile, then a place in line for the item that came. */
class AsyncMap extends MapRun {
  readonly #iterator: AsyncIterator<unknown>
  #ahead: MapItem | undefined
  #isOver = false

  constructor(init: MapInit, items: AsyncIterable<unknown>) {
    super({ ...init, readValue: undefined })
    this.#iterator = items[Symbol.asyncIterator]()
  }

  get ahead(): MapItem | undefined {
    return this.#ahead
  }

  override collect(item: MapItem): void {
    if (item === this.#ahead) this.#dropAhead()
    super.collect(item)
  }

  protected get isReady(): boolean {
    return this.#ahead !== undefined
  }

  protected get isOver(): boolean {
    return this.#isOver
  }

  protected open(): void {
    void this.#read()
  }

  /** Each item became a task when it came. */
  override take(): MapItem | undefined {
    const item = this.#ahead
    this.#ahead = undefined
    return item
  }

  get item(): undefined {
    return undefined
  }

  advance(): boolean {
    return false
  }

  override started(): void {
    void this.#read()
  }

  protected closeSource(): void {
    if (this.#isOver) return
    this.#isOver = true
    closeQuietly(() => this.#iterator.return?.())
  }

  async #read(): Promise<void> {
    if (this.#isOver) return
    try {
      const result = await this.#iterator.next()
      if (this.#isOver) return
      if (result.done) this.#finish()
      else this.#arrived(result.value)
    } catch (error) {
      if (this.#isOver) return
      this.#isOver = true
      this.sourceFailed(error)
    }
  }

  #finish(): void {
    this.#isOver = true
    this.end()
  }

  #arrived(value: unknown): void {
    const item = this.makeItem(value)
    if (item.isDone) return void this.#read()
    this.#ahead = item
    this.standInLine()
  }

  /** Cancelled, or out of time, before there was a slot. */
  #dropAhead(): void {
    this.#ahead = undefined
    this.standInLine()
    void this.#read()
  }
}

/** The run that suits the source. */
export function mapRun(init: MapInit, items: Iterable<unknown> | AsyncIterable<unknown>): MapRun {
  if (Array.isArray(items)) return new ArrayMap(init, items)
  if (Symbol.asyncIterator in items) return new AsyncMap(init, items)
  return new IterableMap(init, items as Iterable<unknown>)
}
