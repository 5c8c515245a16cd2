import { exitCode } from './exit-code.js'

/** A command cannot go on: one line that says why, one that says what to do, and the exit status. */
export class CommandError extends Error {
  static {
    CommandError.prototype.name = 'CommandError'
  }
  readonly remedy: string | undefined
  readonly exitCode: number

  constructor(
    message: string,
    { remedy, code, cause }: { remedy?: string | undefined; code: number; cause?: unknown },
  ) {
    super(message, cause === undefined ? undefined : { cause })
    this.remedy = remedy
    this.exitCode = code
  }
}

/** What was typed is wrong; nothing has been started yet. */
export function usageError(message: string, remedy?: string): CommandError {
  return new CommandError(message, { remedy, code: exitCode.usage })
}
