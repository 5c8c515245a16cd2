import { currentFrame } from '@conc/core/internal'
import { WeaveContextError } from '../errors.js'
import { currentAround } from '../run/around.js'
import { mayBeWithoutContext } from '../run/async-context.js'
import { WeaveRun } from '../run/run.js'
import { type MergeArguments, mergeArguments } from './merge-arguments.js'
import type { Merge } from './merge-type.js'
import { merged } from './merged.js'

/**
 * Runs an outside function as part of the running task: `merge(work, options?)` once, `merge(work, items, options?)`
 * once per item. It takes its slots, signal and deadline from that task, and appears in events as `task > merge:name`.
 * In a body, `ctx.merge` is the same.
 *
 * @returns the value of `work`, or its results in item order; rejects with its error after the last attempt.
 * @throws {WeaveContextError} no task runs here; as a rejection.
 * @throws {WeaveDepthError} more than 100 merges inside one another; as a rejection.
 * @throws {InvalidOptionError} in the call.
 * @example
 * const hasNaN = (row: readonly number[]) => row.some(Number.isNaN)
 * await weave({ rows: [[1], [Number.NaN]] })
 *   .do('bad', async ({ rows }) => (await merge(hasNaN, rows, { workers: 4 })).filter(Boolean).length)
 *   .run()
 */
export const merge: Merge = (...args: unknown[]): Promise<never> =>
  mergeHere(mergeArguments(args)) as Promise<never>

async function mergeHere(given: MergeArguments): Promise<unknown> {
  const around = currentAround()
  const task = around?.context ?? currentFrame()?.task
  if (around === undefined && task === undefined && !mayBeWithoutContext()) {
    throw new WeaveContextError()
  }
  return await merged(given, task?.name, around, (init) => new WeaveRun(init))
}
