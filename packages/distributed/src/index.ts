export {
  AddressInUseError,
  BrokenBarrierError,
  DeadlockError,
  LeaseLostError,
  LockError,
  NoWorkersError,
  PoolDepthError,
  PoolStartError,
  VersionMismatchError,
} from './errors.js'
export type { WorkerPoolOptions } from './pool/pool-options.js'
export { createPool, withPool } from './pool/with-pool.js'
export { WorkerPool } from './pool/worker-pool.js'
