import {
  ConcError,
  type ConcErrorInit,
  ExecutorClosedError,
  ExecutorError,
  InvalidOptionError,
} from '@conc/core'
import { registerOwnErrors } from '@conc/core/internal'

/** The pool takes no new tasks until `unlock()`. */
export class PoolLockedError extends ExecutorError {
  static {
    PoolLockedError.prototype.name = 'PoolLockedError'
  }
  override readonly code = 'CONC_POOL_LOCKED'

  constructor(pool: string) {
    super(`${pool} is locked`, { retryable: true, executor: pool })
  }
}

/** The pool is closing or closed: it never takes new tasks again. Its `code` is that of every closed executor. */
export class PoolClosedError extends ExecutorClosedError {
  static {
    PoolClosedError.prototype.name = 'PoolClosedError'
  }

  constructor(pool: string) {
    super(`${pool} is closed`, { executor: pool })
  }
}

/** Base of what this package raises beside executor errors. */
export class TaskPoolError extends ConcError {
  static {
    TaskPoolError.prototype.name = 'TaskPoolError'
  }

  constructor(message: string, init: ConcErrorInit = {}) {
    super(message, { code: 'CONC_TASK_POOL', ...init })
  }
}

/** Base of the refusals to cancel a task that is over, or about to be. */
export class TaskEndedError extends TaskPoolError {
  static {
    TaskEndedError.prototype.name = 'TaskEndedError'
  }
  override readonly code: `CONC_${string}` = 'CONC_TASK_ENDED'
}

/** The task was told to stop before. */
export class AlreadyCancelledError extends TaskEndedError {
  static {
    AlreadyCancelledError.prototype.name = 'AlreadyCancelledError'
  }
  override readonly code = 'CONC_ALREADY_CANCELLED'

  constructor(taskName: string) {
    super(`'${taskName}' has been cancelled`)
  }
}

/** The task has ended, and was not flushed. */
export class AlreadyEndedError extends TaskEndedError {
  static {
    AlreadyEndedError.prototype.name = 'AlreadyEndedError'
  }
  override readonly code = 'CONC_ALREADY_ENDED'

  constructor(taskName: string) {
    super(`'${taskName}' has finished running`)
  }
}

/** Base of the refusals of a task id. */
export class InvalidTaskIdError extends TaskPoolError {
  static {
    InvalidTaskIdError.prototype.name = 'InvalidTaskIdError'
  }
  override readonly code: `CONC_${string}` = 'CONC_INVALID_TASK_ID'
}

/** There is no such task, or it was flushed. */
export class TaskNotFoundError extends InvalidTaskIdError {
  static {
    TaskNotFoundError.prototype.name = 'TaskNotFoundError'
  }
  override readonly code = 'CONC_TASK_NOT_FOUND'

  constructor(id: unknown, pool: string) {
    super(`No task with ID ${String(id)} found in ${pool}`)
  }
}

/** Base of the refusals of a group name. */
export class InvalidGroupNameError extends TaskPoolError {
  static {
    InvalidGroupNameError.prototype.name = 'InvalidGroupNameError'
  }
  override readonly code: `CONC_${string}` = 'CONC_INVALID_GROUP_NAME'
}

/** No group has this name: it never was one, or it was cancelled or forgotten. */
export class GroupNotFoundError extends InvalidGroupNameError {
  static {
    GroupNotFoundError.prototype.name = 'GroupNotFoundError'
  }
  override readonly code = 'CONC_GROUP_NOT_FOUND'

  constructor(groupName: unknown) {
    super(`No task group named '${String(groupName)}' exists in this pool`)
  }
}

/** A group has this name already. */
export class GroupExistsError extends InvalidGroupNameError {
  static {
    GroupExistsError.prototype.name = 'GroupExistsError'
  }
  override readonly code = 'CONC_GROUP_EXISTS'

  constructor(groupName: string) {
    super(`Task group named '${groupName}' already exists`)
  }
}

/** An `onEnd` or `onCancel` threw; `cause` is what it threw. */
export class CallbackError extends TaskPoolError {
  static {
    CallbackError.prototype.name = 'CallbackError'
  }
  override readonly code = 'CONC_CALLBACK'
  readonly taskId: number
  readonly callback: 'onEnd' | 'onCancel'

  constructor(taskId: number, callback: 'onEnd' | 'onCancel', cause: unknown) {
    super(`${callback} of task ${taskId} threw: ${String(cause)}`, { cause })
    this.taskId = taskId
    this.callback = callback
  }
}

/** `itemProcessed` was called more often than items were put. */
export class QueueUnderflowError extends TaskPoolError {
  static {
    QueueUnderflowError.prototype.name = 'QueueUnderflowError'
  }
  override readonly code = 'CONC_QUEUE_UNDERFLOW'

  constructor() {
    super('itemProcessed() was called more often than items were put')
  }
}

/** A function was expected. Its `code` is that of every invalid option. */
export class NotAFunctionError extends InvalidOptionError {
  static {
    NotAFunctionError.prototype.name = 'NotAFunctionError'
  }

  constructor(option: string, received: unknown) {
    const isPromise = typeof (received as PromiseLike<unknown> | null)?.then === 'function'
    super(option, `a function${isPromise ? ' (pass the function, not its result)' : ''}`, received)
  }
}

registerOwnErrors({
  PoolLockedError,
  PoolClosedError,
  TaskPoolError,
  TaskEndedError,
  AlreadyCancelledError,
  AlreadyEndedError,
  InvalidTaskIdError,
  TaskNotFoundError,
  InvalidGroupNameError,
  GroupNotFoundError,
  GroupExistsError,
  CallbackError,
  QueueUnderflowError,
  NotAFunctionError,
})
