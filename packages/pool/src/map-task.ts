import type { MapItem } from './map-item.js'
import type { PlainLane } from './plain-lane.js'
import type { Pool } from './pool.js'
import type { PoolTask } from './task-handle.js'

/**
 * What the function of a plain `map` is given. It is all there is for most items: a task with a state and a handle is
 * only made of it when somebody needs one, be it to read its signal.
 */
export class MapTask implements PoolTask {
  readonly id: number
  readonly index: number
  readonly input: unknown
  /** The task this one has become. */
  job: MapItem | undefined
  private readonly lane: PlainLane

  constructor(lane: PlainLane, input: unknown, index: number, id: number) {
    this.lane = lane
    this.input = input
    this.index = index
    this.id = id
    this.job = undefined
  }

  get name(): string {
    return this.toJob().name
  }

  get signal(): AbortSignal {
    return this.toJob().signal
  }

  get deadline(): undefined {
    return undefined
  }

  get pool(): Pool {
    return this.lane.state.pool
  }

  toJob(): MapItem {
    this.job ??= this.lane.makeJob(this)
    return this.job
  }
}
