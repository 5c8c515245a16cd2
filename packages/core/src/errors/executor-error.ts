import { ConcError, type ConcErrorInit } from './conc-error.js'

/** Whether the body had begun when the failure happened; `'unknown'` when nobody can tell any more. */
export type Started = boolean | 'unknown'

/** What an `ExecutorError` is made with; `retryable` and `started` are false where they are left out. */
export interface ExecutorErrorInit extends ConcErrorInit {
  readonly retryable?: boolean
  readonly started?: Started
  readonly task?: string | undefined
  readonly executor?: string | undefined
  readonly worker?: string | number | undefined
  readonly attempt?: number | undefined
}

/**
 * What the infrastructure did to a call, as opposed to what the task itself threw.
 * `retryable` says whether the same call can succeed later or elsewhere; `started` whether the body had begun.
 */
export class ExecutorError extends ConcError {
  static {
    ExecutorError.prototype.name = 'ExecutorError'
  }
  readonly retryable: boolean
  readonly started: Started
  declare readonly task?: string
  declare readonly executor?: string
  declare readonly worker?: string | number
  declare readonly attempt?: number

  constructor(message: string, init: ExecutorErrorInit = {}) {
    super(message, { code: 'CONC_EXECUTOR', ...init })
    this.retryable = init.retryable ?? false
    this.started = init.started ?? false
    for (const key of ['task', 'executor', 'worker', 'attempt'] as const) {
      if (init[key] !== undefined) Object.assign(this, { [key]: init[key] })
    }
  }
}

/** The time allowed for the call is over. `phase` says whether its body had begun. */
export class TaskTimeoutError extends ExecutorError {
  static {
    TaskTimeoutError.prototype.name = 'TaskTimeoutError'
  }
  override readonly code = 'CONC_TASK_TIMEOUT'
  readonly phase: 'waiting' | 'running'

  constructor(message: string, init: ExecutorErrorInit & { phase: 'waiting' | 'running' }) {
    super(message, { started: init.phase === 'running', ...init })
    this.phase = init.phase
  }
}

/** Who asked for a cancel that has no caller's own reason. */
export type CancelOrigin =
  | 'cancel'
  | 'close'
  | 'sibling'
  | 'parent'
  | 'client'
  | 'shutdown'
  | 'self'
  | 'control'

/** The call was cancelled by something else than its caller's signal; `origin` says by what. */
export class TaskCancelledError extends ExecutorError {
  static {
    TaskCancelledError.prototype.name = 'TaskCancelledError'
  }
  override readonly code = 'CONC_TASK_CANCELLED'
  readonly origin: CancelOrigin

  constructor(message: string, init: ExecutorErrorInit & { origin: CancelOrigin }) {
    super(message, init)
    this.origin = init.origin
  }
}

/** One thing a Standard Schema validator found wrong with the arguments. */
export interface TaskInputIssue {
  readonly message: string
  readonly path?: readonly (string | number)[]
}

/** The arguments did not pass the task's `input` schema; the body was not called. */
export class TaskInputError extends ExecutorError {
  static {
    TaskInputError.prototype.name = 'TaskInputError'
  }
  override readonly code = 'CONC_TASK_INPUT'
  readonly issues: readonly TaskInputIssue[]

  constructor(message: string, init: ExecutorErrorInit & { issues: readonly TaskInputIssue[] }) {
    super(message, init)
    this.issues = init.issues
  }
}

/** The executor has `queueLimit` calls waiting already. Wait with `ready()`, or submit later. */
export class QueueFullError extends ExecutorError {
  static {
    QueueFullError.prototype.name = 'QueueFullError'
  }
  override readonly code = 'CONC_QUEUE_FULL'

  constructor(message: string, init: ExecutorErrorInit = {}) {
    super(message, { retryable: true, ...init })
  }
}

/** The executor was closed before the call. */
export class ExecutorClosedError extends ExecutorError {
  static {
    ExecutorClosedError.prototype.name = 'ExecutorClosedError'
  }
  override readonly code: `CONC_${string}` = 'CONC_EXECUTOR_CLOSED'

  constructor(message: string, init: ExecutorErrorInit = {}) {
    super(message, { retryable: true, ...init })
  }
}

/** The thread or process that had the call is gone. */
export class WorkerLostError extends ExecutorError {
  static {
    WorkerLostError.prototype.name = 'WorkerLostError'
  }
  override readonly code: `CONC_${string}` = 'CONC_WORKER_LOST'
  readonly exitCode: number | null
  readonly signal: string | null

  constructor(
    message: string,
    init: ExecutorErrorInit & { exitCode?: number | null; signal?: string | null } = {},
  ) {
    super(message, { retryable: true, started: 'unknown', ...init })
    this.exitCode = init.exitCode ?? null
    this.signal = init.signal ?? null
  }
}

/** Whoever should run the task does not know it. */
export class UnknownTaskError extends ExecutorError {
  static {
    UnknownTaskError.prototype.name = 'UnknownTaskError'
  }
  override readonly code = 'CONC_UNKNOWN_TASK'
}

/** This executor cannot run this kind of work; the message says which one it was and what to do. */
export class UnsupportedWorkError extends ExecutorError {
  static {
    UnsupportedWorkError.prototype.name = 'UnsupportedWorkError'
  }
  override readonly code = 'CONC_UNSUPPORTED_WORK'
}

/** A value cannot travel; `path` says which one, for example `args[0].socket`. */
export class SerializationError extends ExecutorError {
  static {
    SerializationError.prototype.name = 'SerializationError'
  }
  override readonly code = 'CONC_SERIALIZATION'
  readonly path: string

  constructor(message: string, init: ExecutorErrorInit & { path: string }) {
    super(message, init)
    this.path = init.path
  }
}

/** An argument list, result or item is larger than allowed. Sizes are bytes. */
export class PayloadTooLargeError extends ExecutorError {
  static {
    PayloadTooLargeError.prototype.name = 'PayloadTooLargeError'
  }
  override readonly code = 'CONC_PAYLOAD_TOO_LARGE'
  readonly size: number
  readonly limit: number
  readonly path: string

  constructor(
    message: string,
    init: ExecutorErrorInit & { size: number; limit: number; path: string },
  ) {
    super(message, init)
    this.size = init.size
    this.limit = init.limit
    this.path = init.path
  }
}

/** This work killed its worker three times and is not run again. */
export class PoisonTaskError extends ExecutorError {
  static {
    PoisonTaskError.prototype.name = 'PoisonTaskError'
  }
  override readonly code = 'CONC_POISON_TASK'
}

/** The same idempotency key was used with other arguments. */
export class IdempotencyConflictError extends ExecutorError {
  static {
    IdempotencyConflictError.prototype.name = 'IdempotencyConflictError'
  }
  override readonly code = 'CONC_IDEMPOTENCY_CONFLICT'
}

/** The connection to where the work runs was lost. */
export class ConnectionLostError extends ExecutorError {
  static {
    ConnectionLostError.prototype.name = 'ConnectionLostError'
  }
  override readonly code = 'CONC_CONNECTION_LOST'

  constructor(message: string, init: ExecutorErrorInit = {}) {
    super(message, { retryable: true, started: 'unknown', ...init })
  }
}

/** The other side did not accept who we are, or could not prove who it is. */
export class AuthenticationError extends ExecutorError {
  static {
    AuthenticationError.prototype.name = 'AuthenticationError'
  }
  override readonly code = 'CONC_AUTHENTICATION'
}

/** The other side sent something the protocol does not allow. */
export class ProtocolError extends ExecutorError {
  static {
    ProtocolError.prototype.name = 'ProtocolError'
  }
  override readonly code: `CONC_${string}` = 'CONC_PROTOCOL'
}
