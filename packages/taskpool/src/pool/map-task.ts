import type { BaseTaskPool } from '../base-task-pool.js'
import type { PoolTask } from './options.js'
import type { PlainLane } from './plain-lane.js'
import { printAsPoolTask } from './print-as-pool-task.js'
import { nameOfTask, type TaskJob } from './task-job.js'

/**
 * What the function of a plain `map` is given. It is all there is for most items: a task with a state is only made when
 * somebody needs one, be it to read its signal.
 */
export class MapTask implements PoolTask {
  static {
    printAsPoolTask(MapTask.prototype)
  }
  readonly id: number
  job: TaskJob | undefined
  private readonly lane: PlainLane

  constructor(lane: PlainLane, id: number) {
    this.id = id
    this.lane = lane
    this.job = undefined
  }

  get name(): string {
    return nameOfTask(this.pool, this.id)
  }

  get group(): string {
    return this.lane.owner.name
  }

  get signal(): AbortSignal {
    this.job ??= this.lane.jobOf(this.id)
    return this.job.signal
  }

  get deadline(): undefined {
    return undefined
  }

  get pool(): BaseTaskPool {
    return this.lane.owner.board.pool
  }
}
