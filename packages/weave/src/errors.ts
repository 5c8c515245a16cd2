import { ConcError, type ConcErrorInit } from '@conc/core'
import { registerOwnErrors } from '@conc/core/internal'

interface PlanErrorInit extends ConcErrorInit {
  readonly task?: string | undefined
}

/** A weave that cannot be run as it was written. Found by `plan` and at the start of a run, before any body. */
export class WeavePlanError extends ConcError {
  static {
    WeavePlanError.prototype.name = 'WeavePlanError'
  }
  override readonly code: `CONC_${string}` = 'CONC_WEAVE_PLAN'
  /** The task that does not fit. */
  declare readonly task?: string

  constructor(message: string, init: PlanErrorInit = {}) {
    super(message, init)
    if (init.task !== undefined) Object.assign(this, { task: init.task })
  }
}

/** A name is reserved, malformed, or used twice. */
export class WeaveNameError extends WeavePlanError {
  static {
    WeaveNameError.prototype.name = 'WeaveNameError'
  }
  override readonly code = 'CONC_WEAVE_NAME'
  /** The name in question; `name` itself is the name of the error's class. */
  declare readonly task: string
  readonly reason: string

  constructor(name: string, reason: string, message?: string) {
    super(message ?? `'${name}' cannot be the name of a task or input: ${reason}.`, { task: name })
    this.reason = reason
  }
}

/** A task asks for a name that nothing before it defines. */
export class UnresolvedDependencyError extends WeavePlanError {
  static {
    UnresolvedDependencyError.prototype.name = 'UnresolvedDependencyError'
  }
  override readonly code = 'CONC_WEAVE_UNRESOLVED'
  declare readonly task: string
  readonly missing: string
  readonly available: readonly string[]
  declare readonly didYouMean?: string

  constructor(
    task: string,
    missing: string,
    available: readonly string[],
    didYouMean: string | undefined,
  ) {
    const hint = didYouMean === undefined ? '' : ` Did you mean '${didYouMean}'?`
    super(
      `Task '${task}' needs '${missing}', which nothing before it defines. Available: ${listed(available)}.${hint}`,
      { task },
    )
    this.missing = missing
    this.available = available
    if (didYouMean !== undefined) Object.assign(this, { didYouMean })
  }
}

/** Tasks of a class template wait for each other. */
export class WeaveCycleError extends WeavePlanError {
  static {
    WeaveCycleError.prototype.name = 'WeaveCycleError'
  }
  override readonly code = 'CONC_WEAVE_CYCLE'
  /** Each member once, each one waited for by the next. */
  readonly path: readonly string[]

  constructor(path: readonly string[]) {
    super(`These tasks wait for each other: ${[...path, path[0]].join(' → ')}.`, { task: path[0] })
    this.path = path
  }
}

/** The parameter of a task cannot be read, where it has to be. */
export class OpaqueTaskError extends WeavePlanError {
  static {
    OpaqueTaskError.prototype.name = 'OpaqueTaskError'
  }
  override readonly code = 'CONC_WEAVE_OPAQUE'
  declare readonly task: string
  readonly reason: string

  /** @param hint what else would help. */
  constructor(task: string, reason: string, hint = '') {
    super(`Task '${task}' ${reason}. Destructure it, or say needs: ['…'].${hint}`, { task })
    this.reason = reason
  }
}

/** A task, or the run, names an executor that `run({ executors })` does not define. */
export class UnknownExecutorError extends WeavePlanError {
  static {
    UnknownExecutorError.prototype.name = 'UnknownExecutorError'
  }
  override readonly code = 'CONC_WEAVE_EXECUTOR'
  readonly executor: string
  readonly available: readonly string[]

  constructor(task: string | undefined, executor: string, available: readonly string[]) {
    const who = task === undefined ? 'The weave' : `Task '${task}'`
    super(
      `${who} runs on '${executor}', which run({ executors }) does not define. Known: ${listed(available)}.`,
      { task },
    )
    this.executor = executor
    this.available = available
  }
}

/** A run was not given an input that a task asks for. */
export class MissingInputError extends ConcError {
  static {
    MissingInputError.prototype.name = 'MissingInputError'
  }
  override readonly code = 'CONC_WEAVE_INPUT'
  readonly task: string
  readonly missing: string

  constructor(task: string, missing: string) {
    super(`Task '${task}' needs the input '${missing}', which this run was not given.`)
    this.task = task
    this.missing = missing
  }
}

/** A mapped task was given something it cannot map over. */
export class WeaveNotIterableError extends ConcError {
  static {
    WeaveNotIterableError.prototype.name = 'WeaveNotIterableError'
  }
  override readonly code = 'CONC_WEAVE_NOT_ITERABLE'
  readonly task: string
  /** Name of the source; `undefined` where the weave was given the source itself. */
  readonly source: string | undefined

  constructor(task: string, source: string | undefined, fault: string) {
    const what = source === undefined ? 'its source' : `'${source}'`
    super(`Task '${task}' maps over ${what}, which ${fault}.`)
    this.task = task
    this.source = source
  }
}

/** A mapped task has more items than the run allows. */
export class WeavePendingLimitError extends ConcError {
  static {
    WeavePendingLimitError.prototype.name = 'WeavePendingLimitError'
  }
  override readonly code = 'CONC_WEAVE_MAX_PENDING'
  readonly task: string
  readonly limit: number

  constructor(task: string, limit: number) {
    super(`Task '${task}' has more than ${limit} items (maxPending).`)
    this.task = task
    this.limit = limit
  }
}

/** A run without promises met something that takes time. */
export class WeaveAsyncError extends ConcError {
  static {
    WeaveAsyncError.prototype.name = 'WeaveAsyncError'
  }
  override readonly code = 'CONC_WEAVE_ASYNC'
  readonly task: string

  /** @param what what the task did or has, as in "returned a promise". */
  constructor(task: string, what: string) {
    super(`Task '${task}' ${what}; use run() instead of runSync().`)
    this.task = task
  }
}

/** `merge` was called where no task runs. */
export class WeaveContextError extends ConcError {
  static {
    WeaveContextError.prototype.name = 'WeaveContextError'
  }
  override readonly code = 'CONC_WEAVE_CONTEXT'

  constructor() {
    super('merge() works inside a running task.')
  }
}

/** Merges inside one another without an end. */
export class WeaveDepthError extends ConcError {
  static {
    WeaveDepthError.prototype.name = 'WeaveDepthError'
  }
  override readonly code = 'CONC_WEAVE_DEPTH'
  /** How many are inside one another. */
  readonly depth: number

  constructor(depth: number) {
    super(`merge() is ${depth} levels inside itself; 100 are allowed.`)
    this.depth = depth
  }
}

function listed(names: readonly string[]): string {
  if (names.length === 0) return 'nothing'
  const shown = names.slice(0, 20).join(', ')
  return names.length > 20 ? `${shown} and ${names.length - 20} more` : shown
}

// So that they come back from other threads and processes as themselves.
registerOwnErrors({
  WeavePlanError,
  WeaveNameError,
  UnresolvedDependencyError,
  WeaveCycleError,
  OpaqueTaskError,
  UnknownExecutorError,
  MissingInputError,
  WeaveNotIterableError,
  WeavePendingLimitError,
  WeaveAsyncError,
  WeaveContextError,
  WeaveDepthError,
})
