import { ConcError, type ConcErrorInit } from '@conc/core'

/** Base of what the control server and its clients raise. */
export class ControlError extends ConcError {
  static {
    ControlError.prototype.name = 'ControlError'
  }
  override readonly code: `CONC_${string}`

  constructor(message: string, init: ConcErrorInit = {}) {
    super(message, init)
    this.code = init.code ?? 'CONC_CONTROL'
  }
}

/** The address of a control server is taken, by somebody who answers or by what was left of one. */
export class ControlAddressError extends ControlError {
  static {
    ControlAddressError.prototype.name = 'ControlAddressError'
  }

  constructor(message: string, init: ConcErrorInit = {}) {
    super(message, { ...init, code: 'CONC_CONTROL_ADDRESS' })
  }
}

/** A server answered a command with an error; `cause` is that error as far as it travels. */
export class ControlCommandError extends ControlError {
  static {
    ControlCommandError.prototype.name = 'ControlCommandError'
  }
  /** The line that was sent. */
  readonly command: string

  /** @param text the server's reply. */
  constructor(command: string, text: string, init: ConcErrorInit = {}) {
    super(text, { ...init, code: 'CONC_CONTROL_COMMAND' })
    this.command = command
  }
}

/** A command line that cannot be understood; the message is the usage and the reason. */
export class UsageError extends ControlError {
  static {
    UsageError.prototype.name = 'UsageError'
  }

  constructor(message: string) {
    super(message, { code: 'CONC_CONTROL_USAGE' })
  }
}
