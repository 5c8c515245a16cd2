import { inspect, types } from 'node:util'

/** What each constructor of a `ConcError` takes beside its message. */
export interface ConcErrorInit {
  /** What lies beneath. */
  readonly cause?: unknown
  /** A stable name for this failure, `CONC_…`; subclasses have their own. */
  readonly code?: `CONC_${string}`
}

/**
 * Base of every error conc raises on purpose. Match on `code` or `instanceof`, never on the message.
 *
 * @example
 * try { await resize('a.png', 640) } catch (error) { if (error instanceof ConcError) console.log(error.code) }
 */
export class ConcError extends Error {
  static {
    ConcError.prototype.name = 'ConcError'
  }
  readonly code: `CONC_${string}`

  constructor(message: string, init: ConcErrorInit = {}) {
    super(message, init.cause === undefined ? undefined : { cause: init.cause })
    this.code = init.code ?? 'CONC_ERROR'
  }
}

/** A caller passed a value outside its documented range; the message names option, expectation and value. */
export class InvalidOptionError extends ConcError {
  static {
    InvalidOptionError.prototype.name = 'InvalidOptionError'
  }
  override readonly code = 'CONC_INVALID_OPTION'
  readonly option: string

  /** @param expected completes "Expected `option` to be …", for example `a positive integer`. */
  constructor(option: string, expected: string, received: unknown) {
    super(`Expected \`${option}\` to be ${expected}, got ${brief(received)}.`)
    this.option = option
  }
}

/** Two modules declared a task of the same name. */
export class DuplicateTaskError extends ConcError {
  static {
    DuplicateTaskError.prototype.name = 'DuplicateTaskError'
  }
  override readonly code = 'CONC_DUPLICATE_TASK'
  readonly task: string

  constructor(task: string, first: string | undefined, second: string | undefined) {
    super(
      `Task '${task}' is declared by two modules: ${first ?? 'unknown'} and ${second ?? 'unknown'}. Give one another name.`,
    )
    this.task = task
  }
}

/** An error thrown elsewhere whose class is not known here: `name` is the original one. */
export class RemoteError extends ConcError {
  static {
    RemoteError.prototype.name = 'RemoteError'
  }
  /** The stack as it was where the error was thrown. */
  readonly remoteStack: string | undefined

  constructor(message: string, init: ConcErrorInit & { name?: string; remoteStack?: string } = {}) {
    super(message, { code: 'CONC_REMOTE', ...init })
    if (init.name !== undefined) hide(this, 'name', init.name)
    this.remoteStack = init.remoteStack
    if (init.remoteStack !== undefined) hide(this, 'stack', init.remoteStack)
  }
}

function hide(target: object, key: string, value: unknown): void {
  Object.defineProperty(target, key, {
    value,
    writable: true,
    configurable: true,
    enumerable: false,
  })
}

function brief(value: unknown): string {
  // What inspect shows of one, where something follows promises, is the insides of Node.
  if (types.isPromise(value)) return 'a promise'
  const text = inspect(value, {
    depth: 1,
    maxArrayLength: 5,
    maxStringLength: 80,
    breakLength: Infinity,
  })
  return text.length > 160 ? `${text.slice(0, 159)}…` : text
}
