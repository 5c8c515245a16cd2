import { availableParallelism } from 'node:os'
import { InvalidOptionError } from '@conc/core'
import {
  checkCount,
  checkDuration,
  checkFunction,
  checkKeys,
  checkLevel,
  checkLimit,
  checkObject,
  checkOneOf,
  checkPause,
  checkPositiveInteger,
  executorName,
  fuller,
  type Level,
  levelHere,
} from '@conc/core/internal'
import { prefetchOf } from '../../calls/prefetch.js'
import { checkPayloadBytes } from '../../option-checks.js'
import type { Credit } from '../../protocol/credit.js'
import { type RespawnSettings, respawnOf } from '../workers/respawn.js'
import { knownOptions, type WorkerPoolOptions } from './pool-options.js'
import { listsOf, type ProcessSettings, processOf } from './process-settings.js'
import { type ServingSettings, servingOf } from './serving-settings.js'

/** The options with their defaults, checked. */
export interface PoolSettings extends ProcessSettings {
  readonly name: string
  readonly breadth: number
  readonly concurrency: number
  readonly queueLimit: number
  /** How it is served, where it is. */
  readonly serving: ServingSettings | undefined
  readonly quorum: number
  readonly startupTimeoutMs: number
  readonly startTimeoutMs: number
  readonly shutdownTimeoutMs: number
  readonly graceMs: number
  readonly cancel: 'cooperative' | 'forceful'
  readonly maxPayloadBytes: number
  readonly prefetch: Credit
  readonly maxSuspended: number
  readonly onDeadlock: 'warn' | 'reject'
  readonly maxPoolDepth: number
  readonly respawn: RespawnSettings
  readonly maxTasksPerWorker: number
  readonly maxRssBytes: number
  readonly poisonLimit: number
  readonly tagsOf: (place: number) => readonly string[]
  readonly tagMatch: 'all' | 'any'
  readonly admit: WorkerPoolOptions['admit']
  readonly logLevel: Level
  readonly onLog: WorkerPoolOptions['onLog']
}

let pools = 0
const mib = 1024 * 1024

/** @throws {InvalidOptionError} at once, for anything outside its range. */
export function poolSettings(options: WorkerPoolOptions): PoolSettings {
  checkObject('options', options)
  checkKeys('options', options, knownOptions)
  const { maxSuspended = 1000, maxPoolDepth = 4, poisonLimit = 3, cancel = 'cooperative' } = options
  checkPositiveInteger('maxSuspended', maxSuspended)
  checkPositiveInteger('maxPoolDepth', maxPoolDepth)
  checkLimit('poisonLimit', poisonLimit)
  checkOneOf('cancel', cancel, ['cooperative', 'forceful'])
  const { tagMatch = 'all', admit, onDeadlock = 'warn' } = options
  checkOneOf('onDeadlock', onDeadlock, ['warn', 'reject'])
  checkOneOf('tagMatch', tagMatch, ['all', 'any'])
  if (admit !== undefined) checkFunction('admit', admit)
  const { logLevel = fuller('info', levelHere()), onLog } = options
  checkLevel('logLevel', logLevel)
  if (onLog !== undefined) checkFunction('onLog', onLog)
  const limits = limitsOf(options)
  const { tags = [] } = options
  if (cancel === 'forceful' && limits.concurrency > 1) {
    const expected = "'cooperative' where concurrency is over 1, as others would be killed along"
    throw new InvalidOptionError('cancel', expected, cancel)
  }
  return {
    name: executorName(options.name, `pool-${++pools}`),
    ...limits,
    ...timesOf(options),
    ...processOf(options, limits.breadth),
    serving: servingOf(options),
    cancel,
    maxSuspended,
    onDeadlock,
    maxPoolDepth,
    poisonLimit,
    prefetch: prefetchOf(options.prefetch),
    respawn: respawnOf(options.respawn),
    tagsOf: listsOf('tags', tags, limits.breadth),
    tagMatch,
    admit,
    logLevel,
    onLog,
  }
}

type Limits = Pick<
  PoolSettings,
  | 'breadth'
  | 'concurrency'
  | 'queueLimit'
  | 'quorum'
  | 'maxPayloadBytes'
  | 'maxTasksPerWorker'
  | 'maxRssBytes'
>

function limitsOf(options: WorkerPoolOptions): Limits {
  const { concurrency = 100, queueLimit = 100_000, maxPayloadBytes = 16 * mib } = options
  const breadth = breadthOf(options.breadth)
  const { quorum = breadth } = options
  checkPositiveInteger('concurrency', concurrency)
  checkCount('queueLimit', queueLimit)
  checkPositiveInteger('quorum', quorum)
  if (quorum > breadth)
    throw new InvalidOptionError('quorum', `at most breadth (${breadth})`, quorum)
  checkPayloadBytes(maxPayloadBytes)
  const { maxTasksPerWorker = Number.POSITIVE_INFINITY } = options
  const { maxRssBytes = Number.POSITIVE_INFINITY } = options
  checkLimit('maxTasksPerWorker', maxTasksPerWorker)
  checkLimit('maxRssBytes', maxRssBytes)
  return {
    breadth,
    concurrency,
    queueLimit,
    quorum,
    maxPayloadBytes,
    maxTasksPerWorker,
    maxRssBytes,
  }
}

/** Each is a process: more than this is a slip, and would take the machine along. */
const mostWorkers = 1024

function breadthOf(breadth = 0): number {
  if (!Number.isInteger(breadth) || breadth < 0 || breadth > mostWorkers) {
    throw new InvalidOptionError('breadth', `an integer from 0 to ${mostWorkers}`, breadth)
  }
  return breadth === 0 ? availableParallelism() : breadth
}

type Times = Pick<
  PoolSettings,
  'startupTimeoutMs' | 'startTimeoutMs' | 'shutdownTimeoutMs' | 'graceMs'
>

function timesOf(options: WorkerPoolOptions): Times {
  const {
    startupTimeoutMs = 60_000,
    startTimeoutMs = Number.POSITIVE_INFINITY,
    shutdownTimeoutMs = 60_000,
    graceMs = 5000,
  } = options
  const waits = { startupTimeoutMs, startTimeoutMs, shutdownTimeoutMs }
  for (const [option, value] of Object.entries(waits)) checkDuration(option, value)
  checkPause('graceMs', graceMs)
  return { ...waits, graceMs }
}
