import type { Group } from './group.js'
import { AsyncSource, type ItemSource, noItem, SyncSource } from './item-source.js'
import { Spawner } from './spawner.js'
import { TaskJob } from './task-job.js'

/** Starts a task per item, at most `numConcurrent` of them at a time. */
export class MapSpawner extends Spawner {
  readonly #source: ItemSource
  readonly #numConcurrent: number
  #running = 0

  constructor(
    group: Group,
    items: Iterable<unknown> | AsyncIterable<unknown>,
    numConcurrent: number,
  ) {
    super(group)
    this.#numConcurrent = numConcurrent
    this.#source =
      Symbol.asyncIterator in Object(items)
        ? new AsyncSource(items as AsyncIterable<unknown>, () => this.#arrived())
        : new SyncSource(items as Iterable<unknown>)
    this.board.numWaiting++
    this.standInLine()
  }

  override taskEnded(): void {
    this.#running--
    super.taskEnded()
  }

  protected get isReady(): boolean {
    return this.#running < this.#numConcurrent && this.#source.isReady
  }

  protected get waiting(): number {
    return 1
  }

  protected step(): void {
    const item = this.#take()
    if (item === noItem || this.isDone) {
      this.board.line.release()
      this.#finishIfOver()
      return
    }
    this.#running++
    this.board.start(new TaskJob(this.group, item))
    this.#finishIfOver()
  }

  protected close(): void {
    this.#source.close()
  }

  /** An async source has answered. */
  #arrived(): void {
    if (this.isDone) return
    if (this.#source.isReady) {
      this.standInLine()
      return
    }
    this.#take()
    this.#finishIfOver()
  }

  #take(): unknown {
    try {
      return this.#source.take()
    } catch (error) {
      this.board.ledger.fail(error)
      return noItem
    }
  }

  #finishIfOver(): void {
    if (this.#source.isOver) this.finish()
  }
}
