import { ExecutorError, type ExecutorErrorInit } from '@conc/core'
import { registerOwnErrors } from '@conc/core/internal'

/** The job of a call is gone from Redis, and its task may not run twice. */
export class JobLostError extends ExecutorError {
  static {
    JobLostError.prototype.name = 'JobLostError'
  }
  override readonly code = 'CONC_JOB_LOST'

  constructor(message: string, init: ExecutorErrorInit = {}) {
    super(message, { retryable: true, started: 'unknown', ...init })
  }
}

/** Redis cannot be used as it is set up: too old, or set to evict keys. The message says what to set. */
export class EngineError extends ExecutorError {
  static {
    EngineError.prototype.name = 'EngineError'
  }
  override readonly code = 'CONC_ENGINE'
}

registerOwnErrors({ JobLostError, EngineError })
