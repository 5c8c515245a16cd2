import { deferred, type ReasonOf, Timer } from '@conc/core/internal'
import type { CancelReport } from '../options.js'
import { asError, type Reader, type Results, readerOf } from '../results.js'
import type { PoolJob } from '../tasks/pool-job.js'

/** Cancels `jobs` now, and reports when those that accepted it have ended, or after `waitMs`. */
export async function cancelJobs(
  jobs: readonly PoolJob[],
  reason: ReasonOf,
  options: { results?: Results | Reader | undefined; waitMs?: number | undefined },
): Promise<CancelReport<unknown>> {
  const accepted = jobs.filter((job) => job.abort(reason(job.hasBegun)))
  await endOf(accepted, options.waitMs ?? Number.POSITIVE_INFINITY)
  const read = reportReader(options.results)
  return { cancelled: accepted.length, results: accepted.map(read) }
}

async function endOf(jobs: readonly PoolJob[], waitMs: number): Promise<void> {
  let open = jobs.filter((job) => !job.isDone)
  if (open.length === 0) return
  const { promise, resolve } = deferred()
  let left = open.length
  const count = (): void => {
    if (--left === 0) resolve()
  }
  for (const job of open) job.watch(count)
  const timer = new Timer(waitMs, resolve)
  await promise
  timer.clear()
  open = open.filter((job) => !job.isDone)
  for (const job of open) job.unwatch(count)
}

/** Reads as the mode says, and tells of those that have not ended. A caller's own function asks the handle itself. */
function reportReader(results: Results | Reader = 'flat'): (job: PoolJob) => unknown {
  if (typeof results === 'function') return results
  const read = readerOf(results)
  return (job) => (job.isDone ? read(job) : stillCancelling[results](job))
}

const stillCancelling: Record<Results, (job: PoolJob) => unknown> = {
  flat: (job) => asError(job.cancellation.reason),
  pair: (job) => [undefined, asError(job.cancellation.reason)],
  settled: (job) => ({ status: 'cancelling', reason: job.cancellation.reason }),
  values: (job) => {
    throw job.cancellation.reason
  },
  handle: (job) => job,
}
