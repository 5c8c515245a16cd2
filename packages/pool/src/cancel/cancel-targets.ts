import { InvalidOptionError } from '@conc/core'
import { checkKeys, checkObject, type ReasonOf } from '@conc/core/internal'
import { checkResults, checkWait } from '../checks.js'
import { checkHandle } from '../iterate/iter-wait.js'
import type { CancelOptions, CancelReport } from '../options.js'
import type { Results } from '../results.js'
import type { PoolState } from '../state/pool-state.js'
import { cancelReason, PoolJob } from '../tasks/pool-job.js'
import { cancelJobs } from './cancel-report.js'

type Options = CancelOptions<Results>

/** `pool.cancel(…)`: of handles, of everything, or as options say. */
export function cancelTargets(
  state: PoolState,
  what: readonly unknown[],
): Promise<CancelReport<unknown>> {
  const options = optionsOf(what)
  const listed = options.handles && [...options.handles].map(checkHandle)
  const own = listed?.filter((job) => job.board === state)
  const refusal = state.guard?.refuseSelf('cancel', own)
  if (refusal) return Promise.reject(refusal)
  const { reason: given } = options
  const reason: ReasonOf = given === undefined ? cancelReason(state) : () => given
  const report = cancelJobs(own ?? everything(state), reason, options)
  // Those between two attempts have no job at present.
  if (own === undefined) state.streams.interruptAll(reason)
  return report
}

/** Ends what makes tasks, and lists those that are there. */
function everything(state: PoolState): PoolJob[] {
  const jobs = state.jobs as PoolJob[]
  for (const feed of [...state.feeds]) {
    feed.end()
    if (feed.ahead) jobs.push(feed.ahead)
  }
  return jobs
}

function optionsOf(what: readonly unknown[]): Options {
  const [first] = what
  if (what.length === 0) return {}
  if (what.length > 1 || first instanceof PoolJob || isThenable(first)) {
    return { handles: what.map(checkHandle) }
  }
  checkObject('options', first)
  checkKeys('options', first, ['handles', 'reason', 'results', 'waitMs'])
  const options = first as Options
  checkResults(options.results)
  checkWait('waitMs', options.waitMs)
  if (options.handles !== undefined && !isIterable(options.handles)) {
    throw new InvalidOptionError('handles', 'an iterable of task handles', options.handles)
  }
  return options
}

function isThenable(value: unknown): boolean {
  return typeof (value as PromiseLike<unknown> | null)?.then === 'function'
}

function isIterable(value: unknown): boolean {
  return typeof (value as Iterable<unknown> | null)?.[Symbol.iterator] === 'function'
}
