import { type WorkerInfo, WorkerLeases } from '../engine/worker-leases.js'
import type { QueueLink } from './queue-link.js'

/** A queue at one moment, of all submitters and workers together. */
export interface BullStats {
  readonly queue: string
  readonly waiting: number
  readonly running: number
  /** Waiting for their next attempt, or for a worker that knows their task. */
  readonly delayed: number
  /** Kept results and failures. */
  readonly completed: number
  readonly failed: number
  readonly workers: readonly WorkerInfo[]
}

export async function statsOf(link: QueueLink, queueName: string): Promise<BullStats> {
  const { queue } = await link.open()
  const leases = new WorkerLeases(link.commands.redis, link.keys)
  const [counts, workers] = await link.ask(() =>
    Promise.all([
      queue.getJobCounts('wait', 'prioritized', 'active', 'delayed', 'completed', 'failed'),
      leases.list(),
    ]),
  )
  const { wait = 0, prioritized = 0, active = 0, delayed = 0, completed = 0, failed = 0 } = counts
  const waiting = wait + prioritized
  return { queue: queueName, waiting, running: active, delayed, completed, failed, workers }
}
