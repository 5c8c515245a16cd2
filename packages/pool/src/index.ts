export { PoolDeadlockError, TaskNotSettledError } from './errors.js'
export { iterWait } from './iterate/iter-wait.js'
export type {
  CancelOptions,
  CancelReport,
  CancelResult,
  IterMapOptions,
  IterOptions,
  PoolOptions,
  SpawnOptions,
  StillCancelling,
} from './options.js'
export { Pool } from './pool.js'
export { getResult, type ResultOf, type Results } from './results.js'
export type { Callback, Fn, ItemFn, PoolTask, TaskFailure, TaskHandle } from './task-handle.js'
