import { ExecutorError, PoisonTaskError, QueueFullError, type Started } from '@conc/core'
import { errorOf, isStalledText } from '../envelope/failure-text.js'
import { JobLostError } from '../errors.js'

/** The fields by which errors name a call. */
export interface JobIdentity {
  readonly task: string | undefined
  readonly executor: string
  readonly started: Started
}

/** What a call rejects with whose job has failed. @param reason as BullMQ keeps it. */
export function failureFrom(reason: string, identity: JobIdentity): unknown {
  if (!isStalledText(reason)) return errorOf(reason)
  return new PoisonTaskError(
    `Task '${identity.task}' lost its worker too often and is not run again.`,
    { ...identity, started: true, cause: new Error(reason) },
  )
}

export function jobLost(identity: JobIdentity): JobLostError {
  return new JobLostError(
    `The job of task '${identity.task}' is gone from Redis, and the task may not run twice.`,
    identity,
  )
}

export function redisFull(cause: unknown, identity: JobIdentity): QueueFullError {
  return new QueueFullError('Redis has no memory left for the job.', {
    ...identity,
    started: false,
    cause,
  })
}

export function jobRefused(cause: unknown, identity: JobIdentity): ExecutorError {
  const text = cause instanceof Error ? cause.message : String(cause)
  return new ExecutorError(`BullMQ refused the job: ${text}`, {
    ...identity,
    started: false,
    cause,
  })
}

export function isOutOfMemory(error: unknown): boolean {
  return error instanceof Error && /\bOOM\b/.test(error.message)
}
