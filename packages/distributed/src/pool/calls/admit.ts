import type { PoolCall } from '../../coordinator/pool-call.js'
import type { PoolLog } from '../../logs/pool-log.js'
import type { WorkerStats } from '../../pool-stats.js'
import type { PoolSettings } from '../options/pool-settings.js'
import { statsOf } from '../told/worker-stats.js'
import type { Place } from '../workers/place.js'

/** What `admit` decides about: a call, and the worker that would have it. */
export interface AdmitCandidate {
  readonly task: string
  readonly tags: readonly string[]
  readonly headers: Readonly<Record<string, string>>
  /** Calls above this one. */
  readonly depth: number
  /** As `stats()` shows it, a moment ago. */
  readonly worker: WorkerStats
}

/** What the pool's `admit` says; a throw is a no, and told. */
export async function isAdmitted(
  { request }: PoolCall,
  place: Place,
  settings: PoolSettings,
  log: PoolLog,
): Promise<boolean> {
  if (place.worker === undefined) return true
  const worker = await statsOf(place.worker, place, settings, (one) => one.recentVitals())
  const { task, tags = [], headers = {}, depth } = request
  try {
    return (await settings.admit?.({ task, tags, headers, depth, worker })) === true
  } catch (error) {
    log.fault(`admit ${task}`, `admit threw for task '${task}': ${String(error)}`, {
      task,
      worker: worker.id,
    })
    return false
  }
}
