import type { Group } from './group.js'
import { type ItemSource, noItem } from './source/item-source.js'
import { sourceOf } from './source/source-of.js'
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
    this.#source = sourceOf(items, () => this.#arrived())
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
    void this.#serve()
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

  /** With a slot in hand: one item after the other, as long as nobody else waits for the slot. */
  async #serve(): Promise<void> {
    for (let job = this.#next(); job !== undefined; job = this.#next()) {
      let rest: Promise<void> | undefined
      try {
        rest = job.ended(await this.#begin(job))
      } catch (error) {
        rest = job.failed(error)
      }
      if (rest !== undefined) await rest
      // It pauses before another attempt, and its slot is free already.
      if (job.status === 'waiting') return
      if (!this.#keepsSlotOf(job)) {
        job.release()
        return
      }
    }
    this.board.line.release()
    this.#finishIfOver()
  }

  #next(): TaskJob | undefined {
    const item = this.#take()
    if (item === noItem || this.isDone) return undefined
    const job = new TaskJob(this.group, item)
    this.#running++
    this.board.taskStarted(job)
    if (job.tie()) return job
    // What surrounds the call has ended it, and would end every other task as well.
    this.stop()
    return undefined
  }

  #begin(job: TaskJob): unknown {
    try {
      return job.begin()
    } finally {
      this.#finishIfOver()
      if (!this.isReady) this.board.line.leave(this)
      this.standInLine()
    }
  }

  /** Goes on in the slot of a task that has ended, as if it had been given back and come again. */
  #keepsSlotOf(job: TaskJob): boolean {
    const { line } = this.board
    const isWanted = line.waiting > 0 && !line.isAlone(this)
    if (isWanted || line.running > line.size || this.isDone || !this.#source.isReady) return false
    if (!job.handOver()) return false
    this.#running--
    job.followUp()
    return true
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
