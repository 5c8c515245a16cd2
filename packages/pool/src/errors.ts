import { ConcError } from '@conc/core'
import { registerOwnErrors } from '@conc/core/internal'

/** A task of the pool waits for something that cannot happen before the task itself has ended. */
export class PoolDeadlockError extends ConcError {
  static {
    PoolDeadlockError.prototype.name = 'PoolDeadlockError'
  }
  override readonly code = 'CONC_POOL_DEADLOCK'
  /** Name of the pool. */
  readonly pool: string
  /** Name of the task that would wait for itself. */
  readonly task: string
  /** What it called: `join`, `close`, `cancel`, `spawn`, `exec`, `map`, … */
  readonly call: string

  constructor(message: string, init: { pool: string; task: string; call: string }) {
    super(message)
    this.pool = init.pool
    this.task = init.task
    this.call = init.call
  }
}

/** The outcome of a task was asked for before it had one. Await `handle.settled`, or ask `handle.done`. */
export class TaskNotSettledError extends ConcError {
  static {
    TaskNotSettledError.prototype.name = 'TaskNotSettledError'
  }
  override readonly code = 'CONC_TASK_NOT_SETTLED'
  /** Name of the task. */
  readonly task: string

  constructor(task: string, status: string) {
    super(`Task '${task}' has no outcome yet: it is ${status}.`)
    this.task = task
  }
}

registerOwnErrors({ PoolDeadlockError, TaskNotSettledError })
