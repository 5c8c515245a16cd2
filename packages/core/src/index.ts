export { currentExecutor, withExecutor } from './ambient.js'
export { type BalanceOptions, type BalancePolicy, balance } from './combinators/balance.js'
export { type LimitOptions, limit } from './combinators/limit.js'
export { retry } from './combinators/retry.js'
export { type Pick, type RouteOptions, route } from './combinators/route.js'
export { type ContextVar, contextVar } from './context-var.js'
export { type ChannelEvent, channels, type TaskTrace } from './diagnostics.js'
export {
  ConcError,
  type ConcErrorInit,
  DuplicateTaskError,
  InvalidOptionError,
  RemoteError,
} from './errors/conc-error.js'
export { decodeError } from './errors/decode-error.js'
export { type EncodeErrorOptions, encodeError } from './errors/encode-error.js'
export type { EncodedError, ErrorEnvelope, ThrownValue } from './errors/envelope.js'
export {
  AuthenticationError,
  type CancelOrigin,
  ConnectionLostError,
  ExecutorClosedError,
  ExecutorError,
  type ExecutorErrorInit,
  IdempotencyConflictError,
  PayloadTooLargeError,
  PoisonTaskError,
  ProtocolError,
  QueueFullError,
  SerializationError,
  type Started,
  TaskCancelledError,
  TaskInputError,
  type TaskInputIssue,
  TaskTimeoutError,
  UnknownTaskError,
  UnsupportedWorkError,
  WorkerLostError,
} from './errors/executor-error.js'
export { type ErrorClass, registerError } from './errors/register-error.js'
export type {
  Capabilities,
  CloseOptions,
  Executor,
  Load,
  Settled,
  StreamWork,
  SubmitOptions,
  Transferable,
  Work,
} from './executor.js'
export { inline } from './inline.js'
export { main } from './main.js'
export { move } from './move.js'
export type { RetryPolicy } from './retry-policy.js'
export type {
  StandardSchemaIssue,
  StandardSchemaResult,
  StandardSchemaV1,
} from './standard-schema.js'
export {
  isTask,
  type Task,
  type TaskCall,
  type TaskCaller,
  type TaskOptions,
  task,
} from './task.js'
export { currentTask, type TaskContext } from './task-context.js'
