import { type Executor, InvalidOptionError } from '@conc/core'
import {
  checkCount,
  checkDuration,
  checkExecutor,
  checkKeys,
  checkObject,
  checkPositiveInteger,
  resolveModule,
} from '@conc/core/internal'
import type { Telemetry } from 'bullmq'
import type { BlobStore } from '../engine/blob-store.js'
import { checkBlobs, checkSigningKey } from './bull-options.js'
import { type QueueAddress, type QueueSettings, queueSettings } from './connection-options.js'

/** Options of `runBullWorker`: where the queue is, what may run, and when a job counts as lost. Times are milliseconds. */
export interface BullWorkerOptions extends QueueAddress {
  /** What declares the tasks that may run here: URLs, paths or package names. At least one. */
  readonly modules: readonly (string | URL)[]
  /** What runs the jobs; default a `ThreadExecutor` with these modules, closed with the worker. Yours is not closed. */
  readonly executor?: Executor
  /** Jobs at a time; default the threads of the default executor, 50 with your own. */
  readonly concurrency?: number
  /** A job whose worker is silent for so long may be taken by another; at least 1000, default 15 000. */
  readonly lockMs?: number
  /** How often silent jobs are looked for; default 5000. */
  readonly stalledMs?: number
  /** How often a job may lose its worker and be given to another; default 2. */
  readonly maxStalled?: number
  /** For `await using`: how long a drain may take; default 30 000. Then jobs are given back to the queue. */
  readonly shutdownTimeoutMs?: number
  /** How old a job may become whose task no worker knows; default 600 000. */
  readonly unknownTaskMs?: number
  /** As for the executor. */
  readonly blobs?: BlobStore
  readonly signingKey?: string | Uint8Array
  readonly telemetry?: Telemetry
}

export interface WorkerSettings extends QueueSettings {
  /** URLs. */
  readonly modules: readonly string[]
  readonly executor: Executor | undefined
  readonly concurrency: number | undefined
  readonly lockMs: number
  readonly stalledMs: number
  readonly maxStalled: number
  readonly shutdownTimeoutMs: number
  readonly unknownTaskMs: number
  readonly blobs: BlobStore | undefined
  readonly signingKey: string | Uint8Array | undefined
  readonly telemetry: Telemetry | undefined
}

const knownOptions = [
  'url',
  'connection',
  'queue',
  'prefix',
  'modules',
  'executor',
  'concurrency',
  'lockMs',
  'stalledMs',
  'maxStalled',
  'shutdownTimeoutMs',
  'unknownTaskMs',
  'blobs',
  'signingKey',
  'telemetry',
]

/** @throws {InvalidOptionError} at once, for anything outside its range. */
export function workerSettings(options: BullWorkerOptions): WorkerSettings {
  checkObject('options', options)
  checkKeys('options', options, knownOptions)
  const { executor, concurrency } = options
  if (executor !== undefined) checkExecutor('executor', executor)
  if (concurrency !== undefined) checkPositiveInteger('concurrency', concurrency)
  return {
    ...queueSettings(options),
    modules: modulesOf(options.modules),
    executor,
    concurrency,
    ...timesOf(options),
    blobs: checkBlobs(options.blobs),
    signingKey: checkSigningKey(options.signingKey),
    telemetry: options.telemetry,
  }
}

function modulesOf(modules: BullWorkerOptions['modules']): readonly string[] {
  if (Array.isArray(modules) && modules.length > 0) return modules.map(resolveModule)
  throw new InvalidOptionError(
    'modules',
    'a list of at least one URL, path or package name',
    modules,
  )
}

function timesOf(
  options: BullWorkerOptions,
): Pick<
  WorkerSettings,
  'lockMs' | 'stalledMs' | 'maxStalled' | 'shutdownTimeoutMs' | 'unknownTaskMs'
> {
  const {
    lockMs = 15_000,
    stalledMs = 5000,
    maxStalled = 2,
    shutdownTimeoutMs = 30_000,
    unknownTaskMs = 600_000,
  } = options
  if (!(typeof lockMs === 'number' && lockMs >= 1000 && Number.isFinite(lockMs))) {
    throw new InvalidOptionError('lockMs', 'a number of milliseconds of at least 1000', lockMs)
  }
  checkDuration('stalledMs', stalledMs)
  checkCount('maxStalled', maxStalled)
  checkDuration('shutdownTimeoutMs', shutdownTimeoutMs)
  checkDuration('unknownTaskMs', unknownTaskMs)
  return { lockMs, stalledMs, maxStalled, shutdownTimeoutMs, unknownTaskMs }
}
