import { isTraced, type Member, type Roster, type SlotHolder } from '@conc/core/internal'
import type { Batch } from './batch.js'
import { type ItemSource, nothing } from './item-source.js'
import { MapItem } from './map-item.js'
import { MapTask } from './map-task.js'
import type { PoolState } from './pool-state.js'

type ItemFunction = (item: unknown, task: MapTask) => unknown

/**
 * One slot of a plain `map`: a loop over items with nothing to each but its function. Among the slots in use it stands
 * for the item it runs, until that item has become a task, which then stands there itself.
 */
export class PlainLane implements SlotHolder {
  list: Roster | undefined = undefined
  next: Member | undefined = undefined
  prev: Member | undefined = undefined
  readonly state: PoolState
  readonly #source: ItemSource
  readonly #batch: Batch
  readonly #fn: ItemFunction
  #task: MapTask | undefined

  constructor(source: ItemSource, batch: Batch) {
    this.#source = source
    this.#batch = batch
    this.#fn = batch.fn as unknown as ItemFunction
    this.state = batch.board
  }

  toJob(): MapItem {
    return (this.#task as MapTask).toJob()
  }

  /** Makes a task of an item of this lane, or of one that is over. */
  makeJob(task: MapTask): MapItem {
    const job = new MapItem(this.#batch, task.input, task.index, this.#source, task.id)
    if (task === this.#task) job.takeOver(this)
    else job.retire()
    return job
  }

  /** With a slot in hand, in the caller's context: one item after the other, until the slot has to go. */
  async serve(): Promise<void> {
    const source = this.#source
    for (let input = source.pull(); input !== nothing; input = source.pull()) {
      const task = new MapTask(this, input, source.countOpen(), ++this.state.lastId)
      let value: unknown
      try {
        value = await this.#enter(task)
      } catch (error) {
        await task.toJob().failed(error)
        if (this.#keepsSlot(task)) continue
        return
      }
      if (task.job === undefined) this.#give(task.index, value)
      else await task.job.ended(value)
      if (!this.#keepsSlot(task)) return
    }
    this.state.line.release()
    source.finishIfOver()
  }

  #enter(task: MapTask): unknown {
    this.#task = task
    this.state.running.append(this)
    const fn = this.#fn
    try {
      return fn(task.input, task)
    } finally {
      this.#source.started()
    }
  }

  #give(index: number, value: unknown): void {
    this.state.executed++
    this.#source.give(index, value)
  }

  #keepsSlot({ job }: MapTask): boolean {
    const { line, running } = this.state
    this.#task = undefined
    if (job === undefined) running.remove(this)
    // Who has begun to trace sees the next item.
    const isKept =
      line.isAlone(this.#source) && !isTraced() && (job === undefined || job.handOver())
    if (isKept) return true
    if (job === undefined) line.release()
    else job.release()
    return false
  }
}
