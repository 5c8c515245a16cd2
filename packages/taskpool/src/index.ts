export { BaseTaskPool } from './base-task-pool.js'
export {
  AlreadyCancelledError,
  AlreadyEndedError,
  CallbackError,
  GroupExistsError,
  GroupNotFoundError,
  InvalidGroupNameError,
  InvalidTaskIdError,
  NotAFunctionError,
  PoolClosedError,
  PoolLockedError,
  QueueUnderflowError,
  TaskEndedError,
  TaskNotFoundError,
  TaskPoolError,
} from './errors.js'
export type {
  Callbacks,
  CancelOptions,
  FlushOptions,
  Fn,
  GatherOptions,
  GroupOptions,
  MapOptions,
  PoolTask,
  Retain,
  TaskInfo,
  TaskPoolOptions,
} from './pool/options.js'
export type { Lease } from './queue/lease.js'
export { Queue, type Wait } from './queue/queue.js'
export { SimpleTaskPool, type SimpleTaskPoolOptions } from './simple-task-pool.js'
export { type ApplyOptions, TaskPool } from './task-pool.js'
