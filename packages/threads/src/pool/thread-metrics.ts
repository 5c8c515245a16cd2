import type { ThreadMetrics } from './metrics.js'
import type { ThreadPool } from './thread-pool.js'

/** The counters of a pool together with what its threads do now. */
export function metricsOf(pool: ThreadPool): ThreadMetrics {
  const { line, metrics, concurrency } = pool
  const threads = [...pool.threads]
  const attempts = threads.flatMap((thread) => [...thread.calls])
  const now = performance.now()
  const heldMs = (since: number): number =>
    attempts
      .filter(({ holdsSlot }) => holdsSlot)
      .reduce((total, { slotSince }) => total + now - Math.max(slotSince, since), 0)
  return {
    threads: threads.length,
    idleThreads: threads.filter((one) => one.state === 'ready' && one.calls.size === 0).length,
    running: line.running,
    suspended: attempts.filter((one) => !one.holdsSlot && one.list !== one.thread?.calls.ahead)
      .length,
    waiting: pool.waiting,
    utilisation: metrics.utilisation(concurrency, heldMs),
    ...metrics.counts,
    waitMs: metrics.waitMs,
    runMs: metrics.runMs,
  }
}
