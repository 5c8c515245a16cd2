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
