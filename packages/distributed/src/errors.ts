import {
  ConcError,
  ExecutorError,
  type ExecutorErrorInit,
  ProtocolError,
  WorkerLostError,
} from '@conc/core'
import { registerOwnErrors } from '@conc/core/internal'

/** No worker can take the call: none is left, none carries its tags, or none was admitted. `reason` says which. */
export class NoWorkersError extends ExecutorError {
  static {
    NoWorkersError.prototype.name = 'NoWorkersError'
  }
  override readonly code = 'CONC_NO_WORKERS'
  readonly reason: 'failed' | 'tags' | 'admit'
  /** With `'failed'`: what ended each worker. */
  readonly causes: readonly unknown[]

  constructor(
    message: string,
    init: ExecutorErrorInit & { reason: 'failed' | 'tags' | 'admit'; causes?: readonly unknown[] },
  ) {
    super(message, { retryable: true, ...init })
    this.reason = init.reason
    this.causes = init.causes ?? []
  }
}

/** Somebody else listens there. */
export class AddressInUseError extends ExecutorError {
  static {
    AddressInUseError.prototype.name = 'AddressInUseError'
  }
  override readonly code = 'CONC_ADDRESS_IN_USE'
  readonly host: string
  readonly port: number

  constructor(host: string, port: number, init: ExecutorErrorInit = {}) {
    super(`Port ${port} on ${host} is in use.`, init)
    this.host = host
    this.port = port
  }
}

/** Pools inside of pools, deeper than `maxPoolDepth`. */
export class PoolDepthError extends ExecutorError {
  static {
    PoolDepthError.prototype.name = 'PoolDepthError'
  }
  override readonly code = 'CONC_POOL_DEPTH'
}

/** Waiting would never end: each in `chain` waits for the next, the last one for the first. */
export class DeadlockError extends ExecutorError {
  static {
    DeadlockError.prototype.name = 'DeadlockError'
  }
  override readonly code = 'CONC_DEADLOCK'
  readonly chain: readonly string[]

  constructor(message: string, init: ExecutorErrorInit & { chain: readonly string[] }) {
    super(message, init)
    this.chain = init.chain
  }
}

/** Too few workers of a pool came up; `errors` has what each said: exit code, end of its stderr, import error, timeout. */
export class PoolStartError extends WorkerLostError {
  static {
    PoolStartError.prototype.name = 'PoolStartError'
  }
  override readonly code = 'CONC_POOL_START'
  readonly errors: readonly unknown[]

  constructor(message: string, init: ExecutorErrorInit & { errors: readonly unknown[] }) {
    super(message, { started: false, ...init })
    this.errors = init.errors
  }
}

/** The other side speaks a protocol of another major version. */
export class VersionMismatchError extends ProtocolError {
  static {
    VersionMismatchError.prototype.name = 'VersionMismatchError'
  }
  override readonly code = 'CONC_VERSION_MISMATCH'
  readonly local: string
  readonly remote: string

  constructor(message: string, init: ExecutorErrorInit & { local: string; remote: string }) {
    super(message, init)
    this.local = init.local
    this.remote = init.remote
  }
}

/** A lock was used in a way it does not allow: released twice, by another, or with other permits. */
export class LockError extends ConcError {
  static {
    LockError.prototype.name = 'LockError'
  }
  override readonly code = 'CONC_LOCK'
}

/** What was held is held no more: its session was silent for too long, or its host has gone. */
export class LeaseLostError extends ConcError {
  static {
    LeaseLostError.prototype.name = 'LeaseLostError'
  }
  override readonly code = 'CONC_LEASE_LOST'
}

/** A party of the barrier died or gave up; `reset()` makes it usable again. */
export class BrokenBarrierError extends ConcError {
  static {
    BrokenBarrierError.prototype.name = 'BrokenBarrierError'
  }
  override readonly code = 'CONC_BROKEN_BARRIER'
}

registerOwnErrors({
  NoWorkersError,
  AddressInUseError,
  PoolDepthError,
  DeadlockError,
  PoolStartError,
  VersionMismatchError,
  LockError,
  LeaseLostError,
  BrokenBarrierError,
})
