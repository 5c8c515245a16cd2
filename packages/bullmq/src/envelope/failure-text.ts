import { RemoteError } from '@conc/core'
import { decodeError, encodeError } from '@conc/wire'
import { UnrecoverableError } from 'bullmq'

/** Begins the line for machines. */
const mark = 'conc1:'

/** Ends it where a body threw the error, and not an executor. */
const bodyMark = ' body'

/** The most a failure may take in Redis; of a larger one the first line travels alone. */
const maxLength = 64 * 1024

/** What BullMQ itself says of a job whose workers died. */
const stalledText = /stalled more than allowable limit/

/**
 * An error that BullMQ keeps as a job's `failedReason`: a line for people, and the whole of it for the submitter.
 *
 * @param isThrown whether a body threw it.
 */
export function asFailure(
  error: unknown,
  isFinal: boolean,
  where: string,
  isThrown = false,
): Error {
  const text = failureText(error, where) + (isThrown ? bodyMark : '')
  const failure = isFinal ? new UnrecoverableError(text) : new Error(text)
  failure.stack = text.slice(0, text.indexOf('\n'))
  return failure
}

/** @param where who threw it, for the last line of the stack. */
export function failureText(error: unknown, where: string): string {
  const encoded = Buffer.concat(encodeError(error, { where }).chunks).toString('base64')
  const line = firstLine(error)
  if (encoded.length <= maxLength) return `${line}\n${mark}${encoded}`
  const short = Buffer.concat(encodeError(summaryOf(error)).chunks).toString('base64')
  return `${line}\n${mark}${short}`
}

/** What a job failed with: the error as it was thrown, or what a foreign worker or BullMQ left. */
export function errorOf(failedReason: string): unknown {
  const at = failedReason.lastIndexOf(`\n${mark}`)
  if (at < 0) return new RemoteError(failedReason || 'The job failed without a reason.')
  const encoded = failedReason.slice(at + mark.length + 1)
  return decodeError(Buffer.from(encoded.split(' ', 1)[0] as string, 'base64'))
}

/** Whether a body threw what the job failed with. */
export function isOfBody(failedReason: string): boolean {
  return failedReason.includes(`\n${mark}`) && failedReason.endsWith(bodyMark)
}

export function isStalledText(failedReason: string): boolean {
  return stalledText.test(failedReason)
}

function firstLine(error: unknown): string {
  if (!(error instanceof Error)) return String(error).split('\n', 1)[0] ?? ''
  return `${error.name}: ${error.message}`.split('\n', 1)[0]?.slice(0, 1000) ?? ''
}

function summaryOf(error: unknown): Error {
  const line = firstLine(error)
  return Object.assign(new Error(`${line} (the error was too large to travel)`), {
    ...(error instanceof Error && { name: error.name }),
  })
}
