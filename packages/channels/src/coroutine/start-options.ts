import type { ResourceLimits } from 'node:worker_threads'
import { InvalidOptionError } from '@conc/core'
import {
  checkBoolean,
  checkCount,
  checkKeys,
  checkObject,
  checkPause,
  checkSignal,
  checkThreadSettings,
} from '@conc/core/internal/base'

/** How a coroutine is started. */
export interface CoroutineOptions {
  /** Items on their way in each direction: an integer of at least 0, or Infinity. Default Infinity. */
  readonly capacity?: number
  /** A thread of its own that nobody uses before or after. Default `false`. */
  readonly isolate?: boolean
  /** The running coroutine does not keep the process from ending. Default `false`. */
  readonly daemon?: boolean
  /** From a cancel by `signal` or `await using` to the end of the thread, in milliseconds. Default 1000. */
  readonly graceMs?: number
  /** Limits of heap and stack, as for `Worker`; implies `isolate`. */
  readonly resourceLimits?: ResourceLimits
  /** Node options of the thread; implies `isolate`. Default: inherited. */
  readonly execArgv?: readonly string[]
  /** Environment of the thread; implies `isolate`. Default: a copy of `process.env`. */
  readonly env?: NodeJS.Dict<string>
  /** The file that declares the coroutine, as a URL or absolute path. Default: the file that calls `coroutine`. */
  readonly module?: string | URL
}

/** How `go` starts a coroutine. */
export interface GoOptions extends Omit<CoroutineOptions, 'module'> {
  /** Shown in errors. Default: the name of the work. */
  readonly name?: string
  /**
   * For plain functions: what they use from outside, by name. Values are cloned at each start, plain functions shipped
   * with the same scope, functions of this package become the thread's own.
   */
  readonly scope?: Readonly<Record<string, unknown>>
  /** Cancels it: both directions are dropped, waits reject with `signal.reason`, the thread ends after `graceMs`. */
  readonly signal?: AbortSignal
}

const common = ['capacity', 'isolate', 'daemon', 'graceMs', 'resourceLimits', 'execArgv', 'env']

/** @throws {InvalidOptionError} */
export function checkCoroutineOptions(options: unknown): asserts options is CoroutineOptions {
  checkObject('options', options)
  checkKeys('options', options, [...common, 'module'])
  checkCommon(options)
}

/** @throws {InvalidOptionError} */
export function checkGoOptions(options: unknown): asserts options is GoOptions {
  checkObject('options', options)
  checkKeys('options', options, [...common, 'name', 'signal', 'scope'])
  const { name, signal } = options as GoOptions
  checkSignal(signal)
  if (name !== undefined && typeof name !== 'string') {
    throw new InvalidOptionError('name', 'a string', name)
  }
  checkCommon(options)
}

function checkCommon(options: CoroutineOptions): void {
  const { capacity, graceMs, env } = options
  if (capacity !== undefined) checkCount('capacity', capacity)
  if (graceMs !== undefined) checkPause('graceMs', graceMs)
  if (env !== undefined) checkObject('env', env)
  checkThreadSettings(options)
  checkBoolean('isolate', options.isolate)
  checkBoolean('daemon', options.daemon)
}
