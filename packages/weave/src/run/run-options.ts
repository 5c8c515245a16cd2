import type { Executor } from '@conc/core'
import {
  checkDuration,
  checkExecutor,
  checkKeys,
  checkLimit,
  checkObject,
  checkSignal,
} from '@conc/core/internal'
import { checkExecutorOption, checkFlag } from '../builder/option-checks.js'
import { checkSeeingOptions, type SeeingOptions } from '../seeing/seeing-options.js'

/** Options of one run. */
export interface RunOptions extends SeeingOptions {
  /** Stops the run: it rejects with `signal.reason`, and the signals of the bodies abort. */
  readonly signal?: AbortSignal
  /** Milliseconds for the whole run; past them it ends with `TaskTimeoutError`. Default none. */
  readonly timeoutMs?: number
  /** Tasks and items in flight. A mapped task holds none itself. Default Infinity. */
  readonly concurrency?: number
  /** Where tasks run that name no executor of their own, and the ambient one inside their bodies. */
  readonly executor?: Executor | string
  /** The executors behind the names that tasks use. */
  readonly executors?: Readonly<Record<string, Executor>>
  /** A task whose parameter cannot be read is an error. Default false. */
  readonly strict?: boolean
}

const seeing = ['onEvent', 'debug', 'stallAfterMs']
const known = ['signal', 'timeoutMs', 'concurrency', 'executor', 'executors', 'strict', ...seeing]

/** @throws {InvalidOptionError} */
export function checkRunOptions(options: unknown): asserts options is RunOptions {
  checkObject('options', options)
  checkKeys('options', options, known)
  const run = options as RunOptions
  checkSignal(run.signal)
  if (run.timeoutMs !== undefined) checkDuration('timeoutMs', run.timeoutMs)
  if (run.concurrency !== undefined) checkLimit('concurrency', run.concurrency)
  checkSeeingOptions(run)
  if (run.strict !== undefined) checkFlag('strict', run.strict)
  checkExecutorOption(run.executor)
  checkExecutors(run.executors)
}

/** @throws {InvalidOptionError} */
export function checkExecutors(executors: unknown): void {
  if (executors === undefined) return
  checkObject('executors', executors)
  for (const [name, executor] of Object.entries(executors)) {
    checkExecutor(`executors.${name}`, executor)
  }
}
