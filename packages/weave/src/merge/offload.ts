import { currentExecutor, type Executor, type Work } from '@conc/core'
import {
  checkExecutor,
  checkFunction,
  checkKeys,
  checkObject,
  definitionOf,
  here,
} from '@conc/core/internal'
import { currentAround } from '../run/around.js'

/** Options of `offload`. */
export interface OffloadOptions {
  /** Where the function runs. Default: where the running task does, else the ambient executor, else here. */
  readonly executor?: Executor
}

/**
 * The same function on an executor: with the same parameters, and a promise of its result. A plain function goes to an
 * executor that was not named only where that runs functions, otherwise it runs here.
 *
 * @throws {InvalidOptionError} `work` is no function, or `executor` is none.
 * @example
 * const size = offload((text: string) => text.length, { executor: inline() })
 * await size('four')                   // 4
 */
export function offload<A extends readonly unknown[], R>(
  work: (...args: A) => R,
  options: OffloadOptions = {},
): (...args: A) => Promise<Awaited<R>> {
  checkFunction('work', work)
  checkObject('options', options)
  checkKeys('options', options, ['executor'])
  const { executor } = options
  if (executor !== undefined) checkExecutor('executor', executor)
  return (...args) => (executor ?? executorFor(work)).submit(work as Work<A, R>, args)
}

function executorFor(work: unknown): Executor {
  const around = currentAround()
  const executor = around?.executor ?? currentExecutor() ?? here
  return definitionOf(work) || executor.capabilities.closures ? executor : here
}
