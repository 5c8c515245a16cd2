import { PoisonTaskError, WorkerLostError } from '@conc/core'
import type { TaskDefinition } from '@conc/core/internal'
import type { StopReason } from './cancel-desk.js'
import { type Failure, failureOf, isLoss, isRefusal } from './job-failure.js'
import { givenBack, putOff } from './job-return.js'
import type { TakenJob } from './taken-job.js'

/** For an executor to have room again; ms. */
const longestPauseMs = 1000

/**
 * What the failure of a body means for its job: it fails for good, is tried again by the policy, or goes back into the
 * queue as if it had not begun.
 *
 * @param stopped why it was told to stop, if it was.
 * @returns what BullMQ is to be told by throwing it.
 */
export async function verdictOn(
  taken: TakenJob,
  definition: TaskDefinition,
  failure: Failure,
  stopped: StopReason | undefined,
): Promise<Error> {
  if (stopped) return await afterStop(taken, definition, failure, stopped)
  if (isLoss(failure)) return await afterLoss(taken, definition, failure.error)
  if (isRefusal(failure)) return await afterRefusal(taken, definition)
  return failureOf(taken.job, definition, failure, taken.where)
}

/** For a job that was told to stop before its body began. */
export async function withoutBeginning(
  taken: TakenJob,
  { kind, reason }: StopReason,
): Promise<Error> {
  return kind === 'given-back' ? await givenBack(taken) : taken.refused(reason)
}

/** For a task that may not run twice, and whose worker is gone. */
export function lostBefore(taken: TakenJob): Error {
  return taken.refused(
    new WorkerLostError(
      `The worker that had begun task '${taken.name}' is gone, and the task may not run twice.`,
      { ...taken.identity, started: true },
    ),
  )
}

async function afterStop(
  taken: TakenJob,
  definition: TaskDefinition,
  { mayHaveBegun }: Failure,
  { kind, reason }: StopReason,
): Promise<Error> {
  if (kind !== 'given-back') return taken.refused(reason)
  if (definition.idempotent === false) {
    if (mayHaveBegun) return lostBefore(taken)
    await taken.host.memory.hasNotBegun(taken.job)
  }
  return await givenBack(taken)
}

/** The thread is gone: the job is not, and runs again until it counts as the cause. */
async function afterLoss(
  taken: TakenJob,
  definition: TaskDefinition,
  cause: unknown,
): Promise<Error> {
  if (definition.idempotent === false) return taken.refused(cause)
  const { host, id, job } = taken
  if (!(await host.memory.countLoss(id, job.attemptsStarted))) return await givenBack(taken)
  const message = `Task '${taken.name}' ended its thread three times and is not run again.`
  return taken.refused(new PoisonTaskError(message, { ...taken.identity, started: true, cause }))
}

/** The executor has no room, or is closed: the job can run later, or elsewhere. */
async function afterRefusal(taken: TakenJob, definition: TaskDefinition): Promise<Error> {
  if (definition.idempotent === false) await taken.host.memory.hasNotBegun(taken.job)
  return await putOff(taken, longestPauseMs)
}
