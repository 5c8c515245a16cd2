import type { Pool } from '../pool.js'
import type { PoolTask } from '../task-handle.js'
import type { MapItem } from './map-item.js'
import type { PlainLane } from './plain-lane.js'

/**
 * What the function of a plain `map` is given. It is all there is for most items: a task with a state and a handle is
 * only made when somebody needs one, be it to read its signal.
 */
export class MapTask implements PoolTask {
  readonly id: number
  private readonly lane: PlainLane
  private job: MapItem | undefined

  constructor(lane: PlainLane, id: number) {
    this.id = id
    this.lane = lane
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
    return this.lane.pool
  }

  private toJob(): MapItem {
    this.job ??= this.lane.jobOf(this.id)
    return this.job
  }
}
