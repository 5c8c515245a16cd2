import type { Batch } from '../tasks/batch.js'
import { PoolJob } from '../tasks/pool-job.js'

/** Reads the whole source, then queues a task per item. All of them share one async context. */
export function mapNow(batch: Batch, items: Iterable<unknown>, isAwaited: boolean): PoolJob[] {
  const { board } = batch
  const inputs = [...items]
  const scope = board.scope()
  return inputs.map((input) => {
    const job = new PoolJob(batch, input, scope)
    const refusal = board.refusal()
    if (refusal) job.refuse(refusal)
    else board.start(job, isAwaited)
    return job
  })
}
