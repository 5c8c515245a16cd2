export type { Level, LogRecord } from '@conc/core/internal'
export { type TimeLimits, withDeadline } from './calls/limits-of-time.js'
export { withoutSlot } from './calls/without-slot.js'
export { connect, withSession } from './client/connect.js'
export type { ConnectOptions } from './client/connect-options.js'
export type { Session, StopOptions } from './client/session.js'
export type { CloseReport } from './close-report.js'
export type { DuplexExecutor } from './duplex-executor.js'
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
export type { Wait } from './locks/ask.js'
export type { Held } from './locks/held-lock.js'
export type { LockInfo, LockUser } from './locks/lock-request.js'
export {
  type Barrier,
  type Lock,
  type Locks,
  locks,
  type RwLock,
  type Semaphore,
  type SharedEvent,
  withLocks,
} from './locks/locks.js'
export { formatRecord, type RecordFormat } from './logs/format-record.js'
export { type Logger, logger } from './logs/logger.js'
export { type PrintLogsOptions, printLogs } from './logs/print-logs.js'
export type { AdmitCandidate } from './pool/calls/admit.js'
export type { WorkerPoolOptions } from './pool/options/pool-options.js'
export { createPool, withPool } from './pool/with-pool.js'
export { WorkerPool } from './pool/worker-pool.js'
export type { PoolStats, Quantiles, TaskStats, WorkerStats } from './pool-stats.js'
export { listPools } from './registry/list-pools.js'
export type { LocalPool } from './registry/local-pool.js'
export type { Registration } from './registry/registration.js'
export type { Key } from './security/keys.js'
export type { ClientTls, ServerTls } from './security/tls-options.js'
export type { PoolServer, ServerCloseOptions } from './server/pool-server.js'
export { serve } from './server/serve.js'
export type { AuthorizeRequest, ServeOptions } from './server/serve-options.js'
