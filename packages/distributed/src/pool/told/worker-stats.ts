import type { WorkerStats } from '../../pool-stats.js'
import type { PoolSettings } from '../options/pool-settings.js'
import type { Fleet } from '../workers/fleet.js'
import type { Place } from '../workers/place.js'
import type { PoolWorker } from '../workers/pool-worker.js'
import type { WorkerVitals } from './vitals.js'

/** What `stats()` says of the workers: of each place, and of those that end their work and are replaced already. */
export async function allStats(
  { places, leaving }: Pick<Fleet, 'places' | 'leaving'>,
  settings: PoolSettings,
): Promise<WorkerStats[]> {
  const inPlace = places.map(async (place) =>
    place.worker ? await statsOf(place.worker, place, settings) : vacancy(place, settings),
  )
  const replaced = leaving.map((worker) => statsOf(worker, places[worker.index] as Place, settings))
  const all = await Promise.all([...inPlace, ...replaced])
  return all.filter((one) => one !== undefined)
}

/** One worker, with what it says of itself. */
export async function statsOf(
  worker: PoolWorker,
  place: Place,
  settings: PoolSettings,
  vitals: (worker: PoolWorker) => Promise<WorkerVitals> = (one) => one.vitals(),
): Promise<WorkerStats> {
  const { rssBytes, lagMs, utilization } = await vitals(worker)
  const { seat } = worker
  return {
    ...historyOf(place, settings),
    id: worker.number,
    pid: worker.pid,
    state: worker.state === 'ready' ? (seat?.state ?? 'ready') : worker.state,
    running: seat?.running ?? 0,
    suspended: seat?.suspended ?? 0,
    done: worker.settledCount,
    rssBytes,
    lagMs,
    utilization,
    idleMs: worker.idleMs,
  }
}

/** A place whose worker was lost and has no successor yet; `undefined` where none was ever there. */
function vacancy(place: Place, settings: PoolSettings): WorkerStats | undefined {
  if (place.number === 0) return undefined
  const state = place.hasFailed ? 'failed' : 'respawning'
  const figures = { rssBytes: 0, lagMs: 0, utilization: 0, idleMs: 0 }
  const counts = { running: 0, suspended: 0, done: 0 }
  return {
    ...historyOf(place, settings),
    id: place.number,
    pid: undefined,
    state,
    ...counts,
    ...figures,
  }
}

function historyOf(
  { index, restarts, lastLoss }: Place,
  settings: PoolSettings,
): Pick<WorkerStats, 'tags' | 'restarts' | 'lastExit'> {
  const lastExit = lastLoss && (lastLoss.signal ?? `exit code ${lastLoss.exitCode}`)
  return { tags: settings.tagsOf(index), restarts, lastExit }
}
