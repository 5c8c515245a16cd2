import { createHash, randomBytes } from 'node:crypto'
import type { Call, TravelContext } from '@conc/core/internal'
import { decode, encode } from '@conc/wire'
import type { Payload } from './payload.js'

/** The protocol of this version; a worker leaves jobs of another one to others. */
export const protocol = 1

/** The data of a job: plain JSON, so that any tool for BullMQ shows it. Short keys, as every job has them. */
export interface JobEnvelope extends Payload {
  readonly v: number
  /** Name and version of the task: `images/resize@2`. */
  readonly n: string
  readonly h?: Readonly<Record<string, string>>
  /** Context variables: wire's bytes of a map, as base64. */
  readonly c?: string
  /** Deadline, epoch ms by the clock of Redis. */
  readonly d?: number
  /** Retry: times, delayMs, factor, maxDelayMs (null: none), jitter. */
  readonly y?: readonly [number, number, number, number | null, boolean]
  /** The call's `idempotencyKey` lets it run twice. */
  readonly k?: true
  /** A stream. */
  readonly f?: true
  /** Somebody listens to progress. */
  readonly g?: true
  /** Id of the call it was made in. */
  readonly i?: string
  /** The attempt it is, where the submitter counts them. */
  readonly a?: number
  /** The submitter, where the job ends with it, or where a stream goes. */
  readonly o?: string
  /** The job is to end with its submitter. */
  readonly x?: true
  readonly s?: string
}

/** Tells the ids that are made here from all others. */
const thisProcess = randomBytes(15).toString('hex')
let made = 0

/** Whether the data of a job is ours at all; of which protocol, `v` says. */
export function isEnvelope(data: unknown): data is JobEnvelope {
  if (typeof data !== 'object' || data === null) return false
  const { v, n } = data as Partial<JobEnvelope>
  return typeof v === 'number' && typeof n === 'string'
}

export function nameAndVersion(name: string, version: string | undefined): string {
  return version === undefined ? name : `${name}@${version}`
}

/** What surrounds a call, as parts of its envelope. @param offsetMs from this clock to Redis's. */
export function travelParts(
  call: Call,
  context: TravelContext | undefined,
  offsetMs: number,
): Pick<JobEnvelope, 'h' | 'c' | 'd' | 'i'> {
  const { headers, deadline, parent } = call
  return {
    ...(parent && { i: parent.id }),
    ...(headers && { h: headers }),
    ...(context?.vars?.size && { c: encodeVars(context.vars) }),
    ...(deadline !== undefined && { d: Math.round(deadline + offsetMs) }),
  }
}

function encodeVars(vars: ReadonlyMap<string, unknown>): string {
  return Buffer.concat(encode(vars, { root: 'context' }).chunks).toString('base64')
}

export function decodeVars({ c }: JobEnvelope): ReadonlyMap<string, unknown> | undefined {
  if (c === undefined) return undefined
  const vars = decode(Buffer.from(c, 'base64'), { root: 'context' })
  return vars instanceof Map ? (vars as Map<string, unknown>) : undefined
}

/** An id of a job that no other call gives out, in order of time. BullMQ refuses `:` and whole numbers. */
export function freshJobId(): string {
  return `c-${Date.now().toString(36)}-${thisProcess}${(made++).toString(36)}`
}

/** The one id of all calls of a task with the same key. */
export function keyedJobId(task: string, key: string): string {
  return `k-${createHash('sha256').update(`${task}\n${key}`).digest('hex').slice(0, 40)}`
}

/**
 * What cancels call a job: the id of a key is that of the next job under it too, which they are not to end.
 *
 * @param madeAt `timestamp` of a job with a key.
 */
export function cancelName(id: string, madeAt: number | undefined): string {
  return madeAt === undefined ? id : `${id}@${madeAt}`
}

export function jobIdOf(cancelName: string): string {
  const end = cancelName.indexOf('@')
  return end < 0 ? cancelName : cancelName.slice(0, end)
}

/** What two calls with the same key have to have in common. */
export function fingerprint({ n, j, p, r }: JobEnvelope): string {
  return createHash('sha256')
    .update(JSON.stringify([n, j, p, r]))
    .digest('base64')
}
