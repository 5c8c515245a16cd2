import type { AnyIter } from '../builder/rows.js'
import type { EachOptions, TaskOptions } from '../builder/task-options.js'

/** Runs an outside function as part of the running task. */
export interface Merge {
  /**
   * Runs `work` once.
   *
   * @returns its value; rejects with its error after the last attempt.
   * @throws {InvalidOptionError} in the call, for a wrong option or a `work` that is no function.
   */
  <R>(work: () => R, options?: TaskOptions<void>): Promise<Awaited<R>>
  /** Runs `work` once per item; the results are in item order, and a failing item aborts its siblings' signals. */
  <I, R>(
    work: (item: I) => R,
    items: AnyIter<I> & object,
    options?: EachOptions<void, I>,
  ): Promise<Awaited<R>[]>
}
