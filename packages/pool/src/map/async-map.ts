import { closeQuietly } from '@conc/core/internal'
import type { MapItem } from './map-item.js'
import { type MapInit, MapRun } from './map-run.js'

/** Over an async iterator: one `next()` at a time and no slot meanwhile, then a place in line for the item that came. */
export class AsyncMap extends MapRun {
  readonly #iterator: AsyncIterator<unknown>
  #ahead: 'nothing' | 'item' | 'task' = 'nothing'
  #item: unknown
  #task: MapItem | undefined
  #isOver = false

  constructor(init: MapInit, items: AsyncIterable<unknown>) {
    super(init)
    this.#iterator = items[Symbol.asyncIterator]()
  }

  /** The item that came and waits for a slot; asked for by those who will cancel it. */
  get ahead(): MapItem | undefined {
    if (this.#ahead === 'item') this.#makeTask()
    return this.#task
  }

  get item(): unknown {
    return this.#item
  }

  advance(): boolean {
    const isItem = this.#ahead === 'item'
    if (isItem) this.#ahead = 'nothing'
    return isItem
  }

  override take(): MapItem | undefined {
    if (this.#task === undefined) return super.take()
    const task = this.#task
    this.#ahead = 'nothing'
    this.#task = undefined
    return task
  }

  override collect(item: MapItem): void {
    if (item === this.#task) this.#dropAhead()
    super.collect(item)
  }

  override started(): void {
    this.#read()
  }

  protected get isReady(): boolean {
    return this.#ahead !== 'nothing'
  }

  protected get isOver(): boolean {
    return this.#isOver
  }

  protected open(): void {
    this.#read()
  }

  protected closeSource(): void {
    if (this.#isOver) return
    this.#isOver = true
    closeQuietly(() => this.#iterator.return?.())
  }

  #read(): void {
    if (this.#isOver) return
    try {
      // Most are promises already, and stay as they are.
      Promise.resolve(this.#iterator.next()).then(this.#onResult, this.#onError)
    } catch (error) {
      this.#onError(error)
    }
  }

  readonly #onResult = (result: IteratorResult<unknown> | undefined): void => {
    if (this.#isOver) return
    if (typeof result !== 'object' || result === null) {
      this.#onError(new TypeError(`Iterator result ${String(result)} is not an object`))
    } else if (result.done) {
      this.#isOver = true
      this.end()
    } else {
      this.#arrived(result.value)
    }
  }

  readonly #onError = (error: unknown): void => {
    if (this.#isOver) return
    this.#isOver = true
    this.sourceFailed(error)
  }

  #arrived(value: unknown): void {
    this.#item = value
    this.#ahead = 'item'
    // Its time runs from now on, so it has to be a task that can be out of it.
    if (this.tiesItems) this.#makeTask()
    if (this.isReady && this.state.line.tryEnter()) this.serve()
    else this.standInLine()
  }

  #makeTask(): void {
    this.#ahead = 'task'
    this.#task = this.makeItem(this.#item)
    if (this.#task.isDone) this.#dropAhead()
  }

  /** Cancelled, or out of time, before there was a slot. */
  #dropAhead(): void {
    this.#ahead = 'nothing'
    this.#task = undefined
    this.standInLine()
    this.#read()
  }
}
