import { createHash } from 'node:crypto'
import type { RetryPolicy } from '@conc/core'
import { attemptNumber, type Call, type TravelContext } from '@conc/core/internal'
import type { JobsOptions } from 'bullmq'
import {
  freshJobId,
  type JobEnvelope,
  keyedJobId,
  nameAndVersion,
  protocol,
  travelParts,
} from '../envelope/job-envelope.js'
import type { Packed, Payload } from '../envelope/payload.js'
import { signed } from '../envelope/signature.js'
import type { BullSettings, Retention } from '../options/bull-options.js'
import type { JobOrder } from './job-host.js'

/** Of everything that is stored with a job, before BullMQ's own fields: a value that slipped through stalls Redis for all. */
const sizeLimit = 1024 * 1024

/** The range of `priority`; BullMQ counts the other way round, and its 0 would beat all. */
const highest = 1000

/** What one attempt of a call is made of. */
export interface OrderParts {
  readonly call: Call
  readonly context: TravelContext | undefined
  readonly args: Packed
  /** The attempt, where the submitter makes them. */
  readonly attempt: number | undefined
  readonly isStream: boolean
  readonly isNested: boolean
}

/** Turns calls into jobs. */
export class JobOrders {
  readonly #settings: BullSettings
  readonly #submitter: string
  /** Of most jobs. */
  readonly #usual: JobsOptions

  /** @param submitter the name that streams come back to, and that jobs end with. */
  constructor(settings: BullSettings, submitter: string) {
    this.#settings = settings
    this.#submitter = submitter
    this.#usual = Object.freeze({
      attempts: 1,
      sizeLimit,
      removeOnComplete: keepOf(settings.results),
      removeOnFail: keepOf(settings.failures),
    })
  }

  make(parts: OrderParts, offsetMs: number): JobOrder {
    const { call, args } = parts
    const id = idOf(call, parts.attempt)
    const blob = args.isInline ? undefined : { id: blobId(id, args.bytes), bytes: args.bytes }
    const payload = args.isInline ? args.payload : { r: blob?.id as string }
    const envelope = this.#envelope(parts, payload, offsetMs)
    return {
      id,
      envelope: signed(envelope, `${id} ${call.taskName}`, this.#settings.signingKey),
      options: this.#options(parts),
      isKeyed: call.options.idempotencyKey !== undefined,
      blob,
    }
  }

  #envelope(parts: OrderParts, payload: Payload, offsetMs: number): JobEnvelope {
    const { call, context, attempt, isStream } = parts
    const { definition, options } = call
    const isCancelled = this.#settings.orphans === 'cancel'
    const number = options[attemptNumber] ?? attempt
    return {
      v: protocol,
      n: nameAndVersion(call.taskName as string, definition?.version),
      ...payload,
      ...travelParts(call, context, offsetMs),
      ...retryPart(attempt === undefined ? call.retry : undefined),
      ...(options.idempotencyKey !== undefined && { k: true }),
      ...(options.onProgress && { g: true }),
      ...(number !== undefined && { a: number }),
      ...(isStream && { f: true }),
      ...((isStream || isCancelled) && { o: this.#submitter }),
      ...(isCancelled && { x: true }),
    }
  }

  #options({ call, attempt, isNested }: OrderParts): JobsOptions {
    const { priorities } = this.#settings
    const times = attempt === undefined ? timesOf(call.retry) : 0
    if (times === 0 && !priorities && !isNested) return this.#usual
    return {
      ...this.#usual,
      ...(times > 0 && { attempts: times + 1, backoff: { type: 'conc' } }),
      ...(priorities && { priority: isNested ? 1 : rankOf(call.options.priority) }),
      ...(!priorities && isNested && { lifo: true }),
    }
  }
}

/** Every attempt that the submitter makes is a job of its own. */
function idOf(call: Call, attempt: number | undefined): string {
  const { idempotencyKey } = call.options
  if (idempotencyKey === undefined) return freshJobId()
  const id = keyedJobId(call.taskName as string, idempotencyKey)
  return attempt === undefined || attempt === 1 ? id : `${id}-${attempt}`
}

function blobId(id: string, bytes: Uint8Array): string {
  return `${id}-${createHash('sha256').update(bytes).digest('hex').slice(0, 16)}`
}

function retryPart(retry: RetryPolicy | undefined): Pick<JobEnvelope, 'y'> {
  if (timesOf(retry) === 0 || typeof retry !== 'object') return {}
  const { times, delayMs = 0, factor = 1, maxDelayMs, jitter = false } = retry
  return { y: [times, delayMs, factor, maxDelayMs ?? null, jitter] }
}

function timesOf(retry: RetryPolicy | undefined): number {
  const times = typeof retry === 'object' ? retry.times : (retry ?? 0)
  return Math.min(times, Number.MAX_SAFE_INTEGER - 1)
}

function keepOf({ keepMs, keep }: Required<Retention>): { age: number; count: number } {
  return { age: Math.ceil(Math.min(keepMs, 10 * 365 * 86_400_000) / 1000), count: keep }
}

function rankOf(priority = 0): number {
  return highest + 1 - Math.round(Math.min(Math.max(priority, -highest), highest))
}
