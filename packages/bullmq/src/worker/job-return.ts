import { deferred, Timer } from '@conc/core/internal'
import { DelayedError, WaitingError } from 'bullmq'
import type { TakenJob } from './taken-job.js'

const firstPauseMs = 250

/** Gives a job back without a burnt attempt. @returns what BullMQ is to be told by throwing it. */
export async function givenBack(taken: TakenJob): Promise<Error> {
  await whileLocked(taken, taken.job.moveToWait(taken.token))
  return new WaitingError()
}

/**
 * Gives it back for later, and the later the oftener it was begun: a worker that cannot run it now would have it again at once.
 *
 * @returns what BullMQ is to be told by throwing it.
 */
export async function putOff(taken: TakenJob, longestPauseMs: number): Promise<Error> {
  const { job, token } = taken
  const pauseMs = Math.min(firstPauseMs * 2 ** (job.attemptsStarted - 1), longestPauseMs)
  await whileLocked(taken, job.moveToDelayed(Date.now() + pauseMs, token))
  return new DelayedError()
}

/** Where Redis stays away until the lock of a job has run out, it is anybody's all the same. */
async function whileLocked({ host }: TakenJob, told: Promise<unknown>): Promise<void> {
  const { promise: isLate, resolve } = deferred()
  const timer = new Timer(host.settings.lockMs, resolve)
  await Promise.race([told, isLate]).finally(() => timer.clear())
}
