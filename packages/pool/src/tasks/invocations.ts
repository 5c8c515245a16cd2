import { type Entered, runHere, submitTo, takes } from '@conc/core/internal'
import type { Batch } from './batch.js'
import type { PoolJob } from './pool-job.js'

/** How a task calls its function, and where. */
export type Invocation = (job: PoolJob, batch: Batch) => unknown

// Functions are taken out first: called as a member they would be given the batch as `this`.
type Closure = (...args: unknown[]) => unknown

/** `fn(task)`; the function is the task's own. */
export const single: Invocation = (job) => {
  const fn = job.input as Closure
  return fn(job)
}

/** `fn(item, task)` */
export const perItem: Invocation = (job, batch) => {
  const fn = batch.fn as unknown as Closure
  return fn(job.input, job)
}

/** `work(...args)` */
export const withArgs: Invocation = (job, batch) => {
  const work = batch.fn as unknown as Closure
  return work(...(job.input as unknown[]))
}

/** A declared task with its arguments, in this process or on the injected executor. */
export const declared: Invocation = (job, batch) =>
  place(job, batch, job.input as unknown[], batch.fn)

/** A declared task, the item being its one argument. */
export const declaredPerItem: Invocation = (job, batch) => place(job, batch, [job.input], batch.fn)

/** A closure on the injected executor, which calls it as it would be called here. */
export function elsewhere(invocation: Invocation): Invocation {
  return (job, batch) => place(job, batch, [], () => invocation(job, batch))
}

function place(
  job: PoolJob,
  batch: Batch,
  args: readonly unknown[],
  work: Batch['fn'],
): Promise<unknown> {
  const { board } = batch
  const entered = job.entered(work as Entered['work'], args)
  if (takes(board.executor, work)) return submitTo(board.executor, entered)
  return runHere(entered, { name: board.name, ambient: board.pool })
}
