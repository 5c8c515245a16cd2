import type { Executor } from '@conc/core'
import {
  checkBoolean,
  checkDuration,
  checkExecutor,
  checkKeys,
  checkLimit,
  checkObject,
  checkOneOf,
  checkSignal,
} from '@conc/core/internal'
import { checkExecutorOption, checkNames } from '../builder/option-checks.js'
import type { Env, Row, TaskRow } from '../builder/rows.js'
import { checkSeeingOptions, type SeeingOptions } from '../seeing/seeing-options.js'

/** Options of a run without promises, which all runs have. */
export interface SyncOptions<P extends Row = Row> extends Pick<SeeingOptions, 'onEvent' | 'debug'> {
  /** Values to use instead of running a task: for tests, and to resume what a settled run has finished. */
  readonly given?: Partial<Env<TaskRow<P>>>
  /**
   * What the first failure does. `'stop'` aborts what runs and starts nothing more; `'finish-independent'` goes on with
   * whatever does not depend on a failure, and then rejects with the first one. Default `'stop'`.
   */
  readonly onError?: 'stop' | 'finish-independent'
  /** Items that one mapped task may have: more fail it with `WeavePendingLimitError`. Default Infinity. */
  readonly maxPending?: number
  /** A task whose parameter cannot be read is an error. Default false. */
  readonly strict?: boolean
}

/** Options of one run. */
export interface RunOptions<P extends Row = Row>
  extends SyncOptions<P>,
    Pick<SeeingOptions, 'stallAfterMs'> {
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
  /** Waits for bodies that were told to stop before it rejects. Default false. */
  readonly drain?: boolean
}

/** Limits a run to some tasks and what they need. */
export interface Only<N extends string> {
  readonly only: readonly N[]
}

/** What a run may have been given, whatever its tasks are called. */
export type AnyRunOptions = RunOptions & Partial<Only<string>>

const syncKeys = ['given', 'onError', 'maxPending', 'strict', 'debug', 'onEvent']
const where = ['signal', 'timeoutMs', 'concurrency', 'executor', 'executors']
const runKeys = [...syncKeys, ...where, 'drain', 'only', 'stallAfterMs']

/** @throws {InvalidOptionError} */
export function checkRunOptions(options: unknown): asserts options is AnyRunOptions {
  checkObject('options', options)
  checkKeys('options', options, runKeys)
  const run = options as AnyRunOptions
  checkCommon(run)
  checkSignal(run.signal)
  if (run.timeoutMs !== undefined) checkDuration('timeoutMs', run.timeoutMs)
  if (run.concurrency !== undefined) checkLimit('concurrency', run.concurrency)
  checkBoolean('drain', run.drain)
  if (run.only !== undefined) checkNames('only', run.only)
  checkExecutorOption(run.executor)
  checkExecutors(run.executors)
}

/** @throws {InvalidOptionError} */
export function checkSyncOptions(options: unknown): asserts options is SyncOptions {
  checkObject('options', options)
  checkKeys('options', options, syncKeys)
  checkCommon(options)
}

function checkCommon(run: AnyRunOptions): void {
  const { given, onError, maxPending, strict } = run
  if (given !== undefined) checkObject('given', given)
  if (onError !== undefined) checkOneOf('onError', onError, ['stop', 'finish-independent'])
  if (maxPending !== undefined) checkLimit('maxPending', maxPending)
  checkBoolean('strict', strict)
  checkSeeingOptions(run)
}

/** @throws {InvalidOptionError} */
export function checkExecutors(executors: unknown): void {
  if (executors === undefined) return
  checkObject('executors', executors)
  for (const [name, executor] of Object.entries(executors)) {
    checkExecutor(`executors.${name}`, executor)
  }
}
