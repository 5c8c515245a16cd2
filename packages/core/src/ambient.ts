import type { Executor } from './executor.js'
import { checkExecutor } from './internal/checks/executor-checks.js'
import { checkFunction } from './internal/checks/option-checks.js'
import { currentFrame, inFrame } from './internal/running/frame.js'

/**
 * Makes `executor` the one that task calls inside `fn` use, also after its awaits. The innermost wins; the
 * surrounding one is back when `fn` has returned or thrown. Closes nothing.
 *
 * @returns what `fn` returns.
 * @example
 * await withExecutor(threads, () => Promise.all(paths.map((path) => resize(path, 640))))
 */
export function withExecutor<T>(executor: Executor, fn: () => T): T {
  checkExecutor('executor', executor)
  checkFunction('fn', fn)
  return inFrame({ executor }, fn)
}

/**
 * The executor that task calls here use; `undefined`: they run here.
 *
 * @example
 * console.log(currentExecutor()?.name ?? 'here')
 */
export function currentExecutor(): Executor | undefined {
  return currentFrame()?.executor
}
