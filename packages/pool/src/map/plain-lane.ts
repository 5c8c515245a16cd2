import { isTraced, type Member, type Roster, type SlotHolder } from '@conc/core/internal'
import type { Pool } from '../pool.js'
import type { PoolState } from '../state/pool-state.js'
import type { Batch } from '../tasks/batch.js'
import type { ItemSource } from './item-source.js'
import { MapItem } from './map-item.js'
import { MapTask } from './map-task.js'

type ItemFunction = (item: unknown, task: MapTask) => unknown

/** The id of no task. */
const none = 0

/**
 * One slot of a plain `map`: a loop over items with nothing to each but its function. Among the slots in use it stands
 * for the item it runs, until that item has become a task, which then stands there itself.
 */
export class PlainLane implements SlotHolder {
  list: Roster | undefined = undefined
  next: Member | undefined = undefined
  prev: Member | undefined = undefined
  startedAt = 0
  readonly #source: ItemSource
  readonly #batch: Batch
  readonly #state: PoolState
  readonly #fn: ItemFunction
  /** Of the item that runs. */
  #id = none
  #index = 0
  #job: MapItem | undefined

  constructor(source: ItemSource, batch: Batch) {
    this.#source = source
    this.#batch = batch
    this.#state = batch.board
    this.#fn = batch.fn as unknown as ItemFunction
  }

  get pool(): Pool {
    return this.#state.pool
  }

  toJob(): MapItem | undefined {
    if (this.#id === none) return undefined
    if (this.#job === undefined) {
      this.#job = this.#makeJob(this.#id)
      this.#job.takeOver(this)
    }
    return this.#job
  }

  /** The task of the item that runs or ran here under `id`. */
  jobOf(id: number): MapItem {
    const job = id === this.#id ? this.toJob() : undefined
    return job ?? this.#makeJob(id).retired()
  }

  /** With a slot in hand, in the caller's context: one item after the other, until the slot has to go. */
  async serve(): Promise<void> {
    const source = this.#source
    while (source.advance()) {
      let value: unknown
      try {
        value = await this.#enter(source.item)
      } catch (error) {
        await this.toJob()?.failed(error)
        if (this.#keepsSlot()) continue
        return
      }
      if (this.#job === undefined) this.#give(value)
      else await this.#job.ended(value)
      if (!this.#keepsSlot()) return
    }
    this.#leave()
    source.finishIfOver()
  }

  #enter(item: unknown): unknown {
    const state = this.#state
    this.#id = ++state.lastId
    this.#index = this.#source.countOpen()
    this.startedAt = ++state.started
    if (this.list === undefined) state.running.append(this)
    const fn = this.#fn
    try {
      return fn(item, new MapTask(this, this.#id))
    } finally {
      this.#source.started()
    }
  }

  #give(value: unknown): void {
    this.#state.executed++
    this.#source.give(this.#index, value)
  }

  #keepsSlot(): boolean {
    const job = this.#job
    this.#id = none
    this.#job = undefined
    // Who has begun to trace sees the next item.
    const isKept = this.#state.line.isAlone(this.#source) && !isTraced()
    if (isKept && (job === undefined || job.handOver())) return true
    if (job === undefined) this.#leave()
    else job.release()
    return false
  }

  #leave(): void {
    const { line, running } = this.#state
    if (this.list !== undefined) running.remove(this)
    line.release()
  }

  #makeJob(id: number): MapItem {
    return new MapItem(this.#batch, undefined, this.#index, this.#source, id)
  }
}
