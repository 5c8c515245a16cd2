import type { WorkerStats } from '../pool-stats.js'
import type { Place } from './place.js'
import type { PoolSettings } from './pool-settings.js'
import type { PoolWorker } from './pool-worker.js'
import type { WorkerVitals } from './vitals.js'

/** What `stats()` says of the worker in one place; `undefined` where there is none at the moment. */
export async function statsOf(
  place: Place,
  settings: PoolSettings,
  vitals: (worker: PoolWorker) => Promise<WorkerVitals> = (worker) => worker.vitals(),
): Promise<WorkerStats | undefined> {
  const { worker, restarts, lastLoss } = place
  if (worker === undefined) return undefined
  const { rssBytes, lagMs, utilization } = await vitals(worker)
  const { seat } = worker
  return {
    id: worker.number,
    pid: worker.pid,
    state: worker.state === 'ready' ? (seat?.state ?? 'ready') : worker.state,
    tags: settings.tagsOf(place.index),
    running: seat?.running ?? 0,
    suspended: seat?.suspended ?? 0,
    done: worker.settledCount,
    rssBytes,
    lagMs,
    utilization,
    idleMs: worker.idleMs,
    restarts,
    lastExit: lastLoss && (lastLoss.signal ?? `exit code ${lastLoss.exitCode}`),
  }
}
