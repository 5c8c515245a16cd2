import { InvalidOptionError } from '../errors/conc-error.js'
import type { Executor } from '../executor.js'
import {
  checkDuration,
  checkFunction,
  checkKeys,
  checkObject,
  checkOneOf,
} from '../internal/checks/option-checks.js'

/** What a check wants of the executor it is given. */
export interface ExecutorSetup {
  /** Slots; `load.concurrency` is to say the same. */
  readonly concurrency: number
  /** Calls that may wait; Infinity unless the check is about the limit. */
  readonly queueLimit: number
  /** URLs of the modules with the tasks, the kit's own first: what workers, servers and queues have to load. */
  readonly modules: readonly string[]
  /** From a cancel to the kill, where the executor kills: long, unless the check is about the kill. */
  readonly graceMs: number
}

/** Makes a fresh executor for one check, which closes it. What it stands on (a server, Redis) is the author's. */
export type CreateExecutor = (setup: ExecutorSetup) => Executor | Promise<Executor>

/** Options of `describeExecutor`. */
export interface ConformanceOptions {
  /** Further task modules for `setup.modules`: URLs or absolute paths. Default none. */
  readonly modules?: readonly (string | URL)[]
  /**
   * What of the setup the executor does not have; checks of that limit are skipped. `inline()` has neither, `limit`
   * both. Default none: what is not named here has to be kept.
   */
  readonly ignores?: readonly ('concurrency' | 'queueLimit')[]
  /**
   * Bodies run in threads or processes that a task may end by `process.exit()`: adds the checks of lost workers.
   * Default false.
   */
  readonly separateWorkers?: boolean
  /** Makes an executor whose workers cannot start, for example by a module that throws. Default: those checks are skipped. */
  readonly brokenStart?: CreateExecutor
  /** Checks that cannot hold here, by title, with the reason that the report shows. */
  readonly skip?: Readonly<Record<string, string>>
  /** How long anything may take before it counts as never settled, in ms. Default 5000. */
  readonly guardMs?: number
  /**
   * The first `timeoutMs` of calls that are to run out of time in their body: where a body does not begin that soon,
   * the check tries again with twice the time, up to `guardMs`. Default 40 where values keep their identity, else 100.
   */
  readonly shortTimeoutMs?: number
}

const knownOptions = [
  'modules',
  'ignores',
  'separateWorkers',
  'brokenStart',
  'skip',
  'guardMs',
  'shortTimeoutMs',
]

/** @throws {InvalidOptionError} */
export function checkConformanceOptions(
  options: ConformanceOptions,
  titles: readonly string[],
): void {
  checkObject('options', options)
  checkKeys('options', options, knownOptions)
  for (const one of options.ignores ?? []) checkOneOf('ignores', one, ['concurrency', 'queueLimit'])
  if (options.brokenStart !== undefined) checkFunction('brokenStart', options.brokenStart)
  if (options.guardMs !== undefined) checkDuration('guardMs', options.guardMs)
  if (options.shortTimeoutMs !== undefined) checkDuration('shortTimeoutMs', options.shortTimeoutMs)
  for (const title of Object.keys(options.skip ?? {})) {
    // A title that changed would otherwise leave a check skipped for nobody's reason.
    if (!titles.includes(title)) throw new InvalidOptionError('skip', 'titles of checks', title)
  }
}
