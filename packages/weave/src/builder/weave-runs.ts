import type { BackgroundHandle } from '../background/background-handle.js'
import type { BackgroundOptions } from '../background/background-options.js'
import type { Plan, PlanOptions } from '../plan/plan.js'
import type { SettledResult } from '../result/settled-result.js'
import type { PartialResult, WeaveResult } from '../result/weave-result.js'
import type { Only, RunOptions, SyncOptions } from '../run/run-options.js'
import type { Row, RunArgs, TaskRow } from './rows.js'

/** What a weave that was built is for: to be planned and run. */
export interface WeaveRuns<Need, P extends Row, Last, Vals extends readonly unknown[]> {
  /**
   * What would run, in which order and why. Calls no body.
   *
   * @throws {WeavePlanError} one of its subclasses: names, dependencies or executors do not fit.
   */
  plan(options?: PlanOptions): Plan<TaskRow<P>[0]>
  /** Runs only these tasks and what they need. */
  run<const N extends TaskRow<P>[0]>(
    ...args: RunArgs<Need, RunOptions<P> & Only<N>, 'required'>
  ): Promise<PartialResult<P, N>>
  /**
   * Runs every task, each as soon as its own dependencies are done.
   *
   * @returns all values by name; rejects at once with the first task's own error (`resultOf(error)` has what finished),
   * with `TaskTimeoutError` past `timeoutMs`, or with `signal.reason`.
   * @throws {InvalidOptionError} at once, for a wrong option.
   */
  run(...args: RunArgs<Need, RunOptions<P>>): Promise<WeaveResult<P, Last, Vals>>
  /**
   * Runs as `run` does and never rejects because of a task or the run's deadline: every task has an outcome.
   * Plan errors, missing inputs and the caller's abort still reject.
   */
  settle(
    ...args: RunArgs<Need, RunOptions<P> & Partial<Only<TaskRow<P>[0]>>>
  ): Promise<SettledResult<P>>
  /**
   * Runs a weave without promises for synchronous callers: all of it before this returns, on no executor.
   *
   * @returns all values by name; throws the first task's own error (`resultOf(error)` has what finished).
   * @throws {WeaveAsyncError} a body returned a promise, or the plan shows that one would: before any body then.
   */
  runSync(...args: RunArgs<Need, SyncOptions<P>>): WeaveResult<P, Last, Vals>
  /**
   * Runs in the background: on this event loop, or where `where` says. A thread or process imports the module of the
   * weave, which therefore needs a name (`named`). Nothing of a surrounding weave or task is inherited.
   *
   * @returns a handle; what its run comes to is `handle.done`, and `onDone` is called once before that settles.
   * @throws {WeavePlanError} @throws {MissingInputError} @throws {InvalidOptionError}
   * @throws {WeaveNotPortableError} it has no name there, or an option exists only here.
   * @throws {SerializationError} an input cannot travel; `path` says which.
   * @example
   * const handle = daily.background({ day: 'mon' }, { where: 'thread' })
   * const { rows } = await handle.done
   */
  background(
    ...args: RunArgs<Need, BackgroundOptions<P>>
  ): BackgroundHandle<WeaveResult<P, Last, Vals>>
}
