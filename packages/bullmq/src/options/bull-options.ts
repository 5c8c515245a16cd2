import { InvalidOptionError } from '@conc/core'
import {
  checkBoolean,
  checkDuration,
  checkFunction,
  checkKeys,
  checkLimit,
  checkObject,
  checkOneOf,
  checkPositiveInteger,
  describedAs,
  describedByKind,
} from '@conc/core/internal'
import type { Telemetry } from 'bullmq'
import type { BlobStore } from '../engine/blob-store.js'
import { type QueueAddress, type QueueSettings, queueSettings } from './connection-options.js'

/** How long, and how many, ended jobs are kept. */
export interface Retention {
  /** Milliseconds. */
  readonly keepMs?: number
  readonly keep?: number
}

/** Options of a `BullExecutor`: where its queue is, beside what is kept and how much may wait. Sizes are bytes. */
export interface BullOptions extends QueueAddress {
  /** Jobs that may wait in Redis, of all submitters together, counted within half a second; default 10 000. */
  readonly queueLimit?: number
  /** Calls of this executor that are not settled; default 1000. `ready()` waits for fewer. */
  readonly maxInFlight?: number
  /** Results; default 10 minutes and 10 000. For so long an `idempotencyKey` is known. */
  readonly results?: Retention
  /** Failed jobs, the dead letters; default 7 days and 10 000. */
  readonly failures?: Retention
  /** Larger values go to the blob store; default 256 KiB. */
  readonly inlineBytes?: number
  /** The most an argument list, a result or an item may have; default 16 MiB. */
  readonly maxPayloadBytes?: number
  /** Where large values go; default keys of this Redis that expire. */
  readonly blobs?: BlobStore
  /** Whether work outlives its submitter; default `'finish'`. */
  readonly orphans?: 'finish' | 'cancel'
  /** Whether a cancelled call rejects at once (default) or when its job has ended. */
  readonly cancelPolicy?: 'immediate' | 'hold'
  /** Makes `priority` count, for every job of the queue, at BullMQ's price for it; default false. */
  readonly priorities?: boolean
  /** How long calls wait for a Redis that is away; default 30 000. */
  readonly reconnectMs?: number
  /** Signs jobs and results; the same for executors and workers. Default none. */
  readonly signingKey?: string | Uint8Array
  /** Passed to BullMQ. */
  readonly telemetry?: Telemetry
}

export interface BullSettings extends QueueSettings {
  readonly queueLimit: number
  readonly maxInFlight: number
  readonly results: Required<Retention>
  readonly failures: Required<Retention>
  readonly inlineBytes: number
  readonly maxPayloadBytes: number
  readonly blobs: BlobStore | undefined
  readonly orphans: 'finish' | 'cancel'
  readonly cancelPolicy: 'immediate' | 'hold'
  readonly priorities: boolean
  readonly reconnectMs: number
  readonly signingKey: string | Uint8Array | undefined
  readonly telemetry: Telemetry | undefined
}

const knownOptions = [
  'url',
  'connection',
  'queue',
  'prefix',
  'queueLimit',
  'maxInFlight',
  'results',
  'failures',
  'inlineBytes',
  'maxPayloadBytes',
  'blobs',
  'orphans',
  'cancelPolicy',
  'priorities',
  'reconnectMs',
  'signingKey',
  'telemetry',
]

const minuteMs = 60_000
const dayMs = 24 * 60 * minuteMs

/** @throws {InvalidOptionError} at once, for anything outside its range. */
export function bullSettings(options: BullOptions): BullSettings {
  checkObject('options', options)
  checkKeys('options', options, knownOptions)
  const { orphans = 'finish', cancelPolicy = 'immediate', priorities = false } = options
  checkOneOf('orphans', orphans, ['finish', 'cancel'])
  checkOneOf('cancelPolicy', cancelPolicy, ['immediate', 'hold'])
  checkBoolean('priorities', priorities)
  return {
    ...queueSettings(options),
    ...limitsOf(options),
    results: retentionOf('results', options.results, { keepMs: 10 * minuteMs, keep: 10_000 }),
    failures: retentionOf('failures', options.failures, { keepMs: 7 * dayMs, keep: 10_000 }),
    blobs: checkBlobs(options.blobs),
    orphans,
    cancelPolicy,
    priorities,
    signingKey: checkSigningKey(options.signingKey),
    telemetry: options.telemetry,
  }
}

function limitsOf(
  options: BullOptions,
): Pick<
  BullSettings,
  'queueLimit' | 'maxInFlight' | 'inlineBytes' | 'maxPayloadBytes' | 'reconnectMs'
> {
  const {
    queueLimit = 10_000,
    maxInFlight = 1000,
    inlineBytes = 256 * 1024,
    maxPayloadBytes = 16 * 1024 * 1024,
    reconnectMs = 30_000,
  } = options
  checkLimit('queueLimit', queueLimit)
  checkLimit('maxInFlight', maxInFlight)
  checkPositiveInteger('inlineBytes', inlineBytes)
  checkPositiveInteger('maxPayloadBytes', maxPayloadBytes)
  checkDuration('reconnectMs', reconnectMs)
  return { queueLimit, maxInFlight, inlineBytes, maxPayloadBytes, reconnectMs }
}

function retentionOf(
  option: string,
  given: Retention = {},
  defaults: Required<Retention>,
): Required<Retention> {
  checkObject(option, given)
  checkKeys(option, given, ['keepMs', 'keep'])
  const { keepMs = defaults.keepMs, keep = defaults.keep } = given
  checkDuration(`${option}.keepMs`, keepMs)
  checkPositiveInteger(`${option}.keep`, keep)
  return { keepMs, keep }
}

export function checkBlobs(blobs: BlobStore | undefined): BlobStore | undefined {
  if (blobs === undefined) return undefined
  checkObject('blobs', blobs)
  for (const method of ['put', 'get', 'delete'] as const) {
    checkFunction(`blobs.${method}`, blobs[method])
  }
  return blobs
}

export function checkSigningKey(key: unknown): string | Uint8Array | undefined {
  if (key === undefined) return key
  const isKey = key instanceof Uint8Array || typeof key === 'string'
  if (isKey && key.length > 0) return key
  const received = isKey ? describedAs('an empty one') : describedByKind(key)
  throw new InvalidOptionError('signingKey', 'a string or a Uint8Array, not empty', received)
}
