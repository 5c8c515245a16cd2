import { availableParallelism } from 'node:os'
import { type ResourceLimits, SHARE_ENV } from 'node:worker_threads'
import { InvalidOptionError } from '@conc/core'
import {
  checkCount,
  checkDuration,
  checkKeys,
  checkLimit,
  checkObject,
  checkPause,
  checkPositiveInteger,
  checkThreadSettings,
  executorName,
  resolveModule,
} from '@conc/core/internal'

/** Options of a `ThreadExecutor`. */
export interface ThreadExecutorOptions {
  /** Shown in errors, events and `currentTask().executor`. Default `'threads'`. */
  readonly name?: string
  /** Threads that are kept when idle. Default 0. */
  readonly minThreads?: number
  /** Default `os.availableParallelism()`, at least `minThreads`. */
  readonly maxThreads?: number
  /** Tasks that one thread runs at a time. Default 1; more only for tasks that mostly wait. */
  readonly tasksPerThread?: number
  /** After how many ms without a call a thread is ended, down to `minThreads`. At least 1, or Infinity. Default 10 000. */
  readonly idleTimeoutMs?: number
  /** Calls that are accepted and not started; past it, submit rejects with `QueueFullError`. Default Infinity. */
  readonly queueLimit?: number
  /** From a task's cancel to the end of its thread, in ms; 0: at once. Default 1000. */
  readonly graceMs?: number
  /** How long a thread may take to start, its modules included, in ms. Default 30 000. */
  readonly startupTimeoutMs?: number
  /** Tasks that a thread takes before another one replaces it; more while tasks on it wait for nested calls. Default Infinity. */
  readonly maxTasksPerWorker?: number
  /** Imported when a thread starts: URLs, absolute paths, paths from the working directory (`./…`), package names. */
  readonly modules?: readonly (string | URL)[]
  /** Heap and stack sizes of each thread, as of `Worker`. A thread that grows past them is lost, the process is not. */
  readonly resourceLimits?: ResourceLimits
  /** Node options of each thread instead of the inherited ones. */
  readonly execArgv?: readonly string[]
  /** `process.env` of each thread. Default: a copy of this one; `SHARE_ENV` shares it. */
  readonly env?: NodeJS.Dict<string> | typeof SHARE_ENV
}

/** What a thread is made with. */
export interface WorkerSettings {
  readonly resourceLimits: ResourceLimits | undefined
  readonly execArgv: readonly string[] | undefined
  readonly env: NodeJS.Dict<string> | typeof SHARE_ENV | undefined
  readonly startupTimeoutMs: number
}

/** The options with their defaults, checked. */
export interface ThreadSettings extends WorkerSettings {
  readonly name: string
  readonly minThreads: number
  readonly maxThreads: number
  readonly tasksPerThread: number
  readonly idleTimeoutMs: number
  readonly queueLimit: number
  readonly graceMs: number
  readonly maxTasksPerWorker: number
  /** URLs. */
  readonly modules: readonly string[]
}

const knownOptions = [
  'name',
  'minThreads',
  'maxThreads',
  'tasksPerThread',
  'idleTimeoutMs',
  'queueLimit',
  'graceMs',
  'startupTimeoutMs',
  'maxTasksPerWorker',
  'modules',
  'resourceLimits',
  'execArgv',
  'env',
]

/** @throws {InvalidOptionError} at once, for anything outside its range. */
export function threadSettings(given: ThreadExecutorOptions): ThreadSettings {
  checkObject('options', given)
  checkKeys('options', given, knownOptions)
  // Whatever somebody has put on `Object.prototype` is no option.
  const options: ThreadExecutorOptions = Object.assign(Object.create(null), given)
  const settings: ThreadSettings = {
    name: executorName(options.name, 'threads'),
    ...limitsOf(options),
    ...timesOf(options),
    modules: modulesOf(options.modules),
    ...workerSettings(options),
  }
  if (settings.minThreads > settings.maxThreads) {
    throw new InvalidOptionError(
      'minThreads',
      `at most maxThreads (${settings.maxThreads})`,
      settings.minThreads,
    )
  }
  return settings
}

function limitsOf(
  options: ThreadExecutorOptions,
): Pick<
  ThreadSettings,
  'minThreads' | 'maxThreads' | 'tasksPerThread' | 'queueLimit' | 'maxTasksPerWorker'
> {
  const {
    minThreads = 0,
    maxThreads = Math.max(availableParallelism(), minThreads),
    tasksPerThread = 1,
    queueLimit = Number.POSITIVE_INFINITY,
    maxTasksPerWorker = Number.POSITIVE_INFINITY,
  } = options
  if (minThreads !== 0) checkPositiveInteger('minThreads', minThreads)
  checkPositiveInteger('maxThreads', maxThreads)
  checkPositiveInteger('tasksPerThread', tasksPerThread)
  checkCount('queueLimit', queueLimit)
  checkLimit('maxTasksPerWorker', maxTasksPerWorker)
  return { minThreads, maxThreads, tasksPerThread, queueLimit, maxTasksPerWorker }
}

function timesOf(
  options: ThreadExecutorOptions,
): Pick<ThreadSettings, 'idleTimeoutMs' | 'graceMs' | 'startupTimeoutMs'> {
  const { idleTimeoutMs = 10_000, graceMs = 1000, startupTimeoutMs = 30_000 } = options
  checkDuration('idleTimeoutMs', idleTimeoutMs)
  if (idleTimeoutMs < 1) {
    throw new InvalidOptionError('idleTimeoutMs', 'at least 1', idleTimeoutMs)
  }
  checkPause('graceMs', graceMs)
  checkDuration('startupTimeoutMs', startupTimeoutMs)
  return { idleTimeoutMs, graceMs, startupTimeoutMs }
}

function modulesOf(modules: ThreadExecutorOptions['modules'] = []): readonly string[] {
  if (Array.isArray(modules)) return modules.map(resolveModule)
  throw new InvalidOptionError('modules', 'a list of URLs, paths and package names', modules)
}

function workerSettings(options: ThreadExecutorOptions): Omit<WorkerSettings, 'startupTimeoutMs'> {
  const { resourceLimits, execArgv, env } = options
  checkThreadSettings(options)
  if (env !== undefined && env !== SHARE_ENV) checkObject('env', env)
  return { resourceLimits, execArgv, env }
}
