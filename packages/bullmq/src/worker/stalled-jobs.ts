import { Timer } from '@conc/core/internal'
import type { Worker } from 'bullmq'

/**
 * Looks for jobs whose worker is lost, as BullMQ does not in a worker that is paused: it may be for a nested call of a job
 * there, and nobody else there to give it back.
 *
 * @returns ends that.
 */
export function lookForStalled(worker: Worker, everyMs: number): () => void {
  let isOver = false
  let timer: Timer | undefined
  const look = async (): Promise<void> => {
    await worker
      .getBackend()
      .moveStalledJobsToWait()
      .catch(() => {})
    if (!isOver) timer = new Timer(everyMs, () => void look())
  }
  void look()
  return () => {
    isOver = true
    timer?.clear()
  }
}
