import { ConcError, type ConcErrorInit } from '@conc/core'
import { registerOwnErrors } from '@conc/core/internal/base'

/** The channel is closed: nothing more can be put, or nothing more is there to get. */
export class ChannelClosedError extends ConcError {
  static {
    ChannelClosedError.prototype.name = 'ChannelClosedError'
  }
  override readonly code = 'CONC_CHANNEL_CLOSED'
  readonly channel: string

  constructor(message: string, init: ConcErrorInit & { channel: string }) {
    super(message, init)
    this.channel = init.channel
  }
}

/** A wait was longer than its `timeoutMs`. Nothing was taken or put. */
export class ChannelTimeoutError extends ConcError {
  static {
    ChannelTimeoutError.prototype.name = 'ChannelTimeoutError'
  }
  override readonly code = 'CONC_CHANNEL_TIMEOUT'
  readonly timeoutMs: number

  constructor(message: string, init: ConcErrorInit & { timeoutMs: number }) {
    super(message, init)
    this.timeoutMs = init.timeoutMs
  }
}

/** The channel is in no state for this: handed to another thread, or a wait that would block the main thread. */
export class ChannelStateError extends ConcError {
  static {
    ChannelStateError.prototype.name = 'ChannelStateError'
  }
  override readonly code = 'CONC_CHANNEL_STATE'
}

/** Why the text of a function cannot be run in a thread. */
export type UnshippableReason = 'captured' | 'transformed' | 'context' | 'unreadable' | 'forbidden'

/** A plain function cannot be shipped to a thread; the message says what to do instead. */
export class UnshippableFunctionError extends ConcError {
  static {
    UnshippableFunctionError.prototype.name = 'UnshippableFunctionError'
  }
  override readonly code = 'CONC_UNSHIPPABLE_FUNCTION'
  readonly reason: UnshippableReason
  /** The names or words that it is about. */
  readonly names: readonly string[]

  constructor(
    message: string,
    init: ConcErrorInit & { reason: UnshippableReason; names: readonly string[] },
  ) {
    super(message, init)
    this.reason = init.reason
    this.names = init.names
  }
}

// They come back from a thread as themselves.
registerOwnErrors({
  ChannelClosedError,
  ChannelTimeoutError,
  ChannelStateError,
  UnshippableFunctionError,
})
