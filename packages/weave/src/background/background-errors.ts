import { ConcError, type ConcErrorInit } from '@conc/core'
import { registerOwnErrors, thrownText } from '@conc/core/internal'

interface NotPortableInit extends ConcErrorInit {
  readonly tasks?: readonly string[]
  readonly option?: string
  readonly derivedFrom?: string
}

/** A weave, or an option of its run, cannot go to another thread or process. */
export class WeaveNotPortableError extends ConcError {
  static {
    WeaveNotPortableError.prototype.name = 'WeaveNotPortableError'
  }
  override readonly code = 'CONC_WEAVE_NOT_PORTABLE'
  /** The tasks that are to blame; empty where it is none in particular. */
  readonly tasks: readonly string[]
  /** The option that cannot travel. */
  declare readonly option?: string
  /** The named weave that this one was made from. */
  declare readonly derivedFrom?: string

  constructor(message: string, init: NotPortableInit = {}) {
    super(message, init)
    this.tasks = init.tasks ?? []
    for (const key of ['option', 'derivedFrom'] as const) {
      if (init[key] !== undefined) Object.assign(this, { [key]: init[key] })
    }
  }
}

/** The `onDone` of a background run failed, with `cause`. What the run came to is `resultOf(error)`. */
export class WeaveCallbackError extends ConcError {
  static {
    WeaveCallbackError.prototype.name = 'WeaveCallbackError'
  }
  override readonly code = 'CONC_WEAVE_CALLBACK'
  /** Id of the run. */
  readonly run: string

  constructor(run: string, cause: unknown) {
    super(`onDone of background run ${run} failed: ${thrownText(cause)}`, { cause })
    this.run = run
  }
}

// So that they come back from other threads and processes as themselves.
registerOwnErrors({ WeaveNotPortableError, WeaveCallbackError })
