import { ExecutorError, type RetryPolicy, WorkerLostError } from '@conc/core'
import {
  blameByClass,
  Cancellation,
  delayBefore,
  mayRepeat,
  type TaskDefinition,
} from '@conc/core/internal'
import type { Job } from 'bullmq'
import { asFailure } from '../envelope/failure-text.js'
import type { JobEnvelope } from '../envelope/job-envelope.js'

const neverCancelled = new Cancellation()

/** How the body of a job failed. */
export interface Failure {
  readonly error: unknown
  /** Whether the body threw it; where its executor does not say so, the class of the error does. */
  readonly isThrown: boolean
  /** `false` where no code of the body has run. */
  readonly mayHaveBegun: boolean
}

/** What a job fails with: for good, or so that BullMQ makes the next attempt. */
export function failureOf(
  job: Job,
  definition: TaskDefinition,
  { error, isThrown }: Failure,
  where: string,
): Error {
  const retry = policyOf(job)
  const mayRunTwice = definition.idempotent === true || (job.data as JobEnvelope).k === true
  const blame = isThrown ? (): 'body' => 'body' : blameByClass
  const rules = { retry, mayRunTwice, cancellation: neverCancelled, blame }
  const isRepeated = mayRepeat(error, job.attemptsMade + 1, rules)
  return asFailure(error, !isRepeated, where, blame(error) === 'body')
}

/** The pause before the next attempt, ms; for BullMQ's `backoffStrategy`. */
export function backoffOf(attemptsMade: number, job: Job | undefined): number {
  return job ? delayBefore(attemptsMade, { retry: policyOf(job) }) : 0
}

/** Whether a thread or process that had the job is gone, with the body inside. */
export function isLoss({ error, isThrown }: Failure): boolean {
  return !isThrown && error instanceof WorkerLostError && error.started !== false
}

/** Whether an executor had no room or was closing: the job can run later, or elsewhere. */
export function isRefusal({ error, isThrown }: Failure): boolean {
  return !isThrown && error instanceof ExecutorError && error.retryable && error.started === false
}

function policyOf(job: Job): RetryPolicy {
  const times = (job.opts.attempts ?? 1) - 1
  const { y } = job.data as JobEnvelope
  if (y === undefined) return times
  const [, delayMs, factor, maxDelayMs, jitter] = y
  return { times, delayMs, factor, jitter, ...(maxDelayMs !== null && { maxDelayMs }) }
}
