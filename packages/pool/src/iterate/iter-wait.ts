import { InvalidOptionError } from '@conc/core'
import { checkIterOptions, checkSyncSource } from '../checks.js'
import type { AnyIterOptions, IterOptions } from '../options.js'
import type { ResultOf, Results } from '../results.js'
import type { TaskHandle } from '../task-handle.js'
import { PoolJob } from '../tasks/pool-job.js'
import { iterateAll } from './iterate.js'
import { roundOptions } from './rounds.js'

/**
 * Waits for tasks round by round and yields their results in completion order, whichever pools they run in.
 *
 * @param options.flat one result at a time (default), or `false`: each round's as one array.
 * @param options.results how results are given; default `'flat'`, or a function of the settled handle. `'values'`
 * cancels the other tasks at the first failure, waits for their end, and throws it.
 * @param options.yieldWhen a round ends when all are done (`'all'`, default), at least one (`'first'`), or all or a
 * failed one (`'firstError'`).
 * @param options.roundMs ends each round after so many ms at the latest; one that brought nothing yields nothing.
 * @throws {InvalidOptionError} at once, for something that is no handle, or a wrong option.
 * @example
 * for await (const result of iterWait(pool.mapN(worker, paths), { yieldWhen: 'first' })) console.log(result)
 */
export function iterWait<T, X>(
  handles: Iterable<TaskHandle<T>>,
  options: Omit<IterOptions, 'results'> & { flat: false; results: (handle: TaskHandle<T>) => X },
): AsyncGenerator<X[], void, undefined>
export function iterWait<T, X>(
  handles: Iterable<TaskHandle<T>>,
  options: Omit<IterOptions, 'results'> & { flat?: true; results: (handle: TaskHandle<T>) => X },
): AsyncGenerator<X, void, undefined>
export function iterWait<T, M extends Results = 'flat'>(
  handles: Iterable<TaskHandle<T>>,
  options: IterOptions<M> & { flat: false },
): AsyncGenerator<ResultOf<M, T>[], void, undefined>
export function iterWait<T, M extends Results = 'flat'>(
  handles: Iterable<TaskHandle<T>>,
  options?: IterOptions<M> & { flat?: true },
): AsyncGenerator<ResultOf<M, T>, void, undefined>
export function iterWait(
  handles: Iterable<TaskHandle<unknown>>,
  options: AnyIterOptions = {},
): AsyncGenerator<never, void, undefined> {
  checkSyncSource(handles)
  checkIterOptions(options)
  const jobs = [...handles].map(checkHandle)
  const plan = { ...roundOptions(options), ordered: false, onBreak: 'leave' as const }
  return iterateAll(() => jobs, plan) as AsyncGenerator<never, void, undefined>
}

/** @throws {InvalidOptionError} not a task of a pool */
export function checkHandle(handle: unknown): PoolJob {
  if (handle instanceof PoolJob) return handle
  const isPromise = typeof (handle as PromiseLike<unknown> | null)?.then === 'function'
  const expected = isPromise ? 'a task handle (await `spawn` first)' : 'a task handle'
  throw new InvalidOptionError('handles', expected, handle)
}
