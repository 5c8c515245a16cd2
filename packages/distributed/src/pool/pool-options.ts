import { randomBytes } from 'node:crypto'
import { availableParallelism } from 'node:os'
import { InvalidOptionError } from '@conc/core'
import {
  checkCount,
  checkDuration,
  checkKeys,
  checkLimit,
  checkObject,
  checkOneOf,
  checkPositiveInteger,
  executorName,
  resolveModule,
} from '@conc/core/internal'
import type { Credit } from '../protocol/credit.js'
import type { Key } from '../security/keys.js'
import type { ServerTls } from '../security/tls-options.js'
import { type ServeOptions, serveSettings } from '../server/serve-options.js'
import { inheritedArguments } from './inherited-arguments.js'

/** What a `WorkerPool` can be told. All of it is optional; times are milliseconds. */
export interface WorkerPoolOptions {
  /** In errors, events and logs; default `pool-1`, `pool-2`, … */
  readonly name?: string
  /** Worker processes; default and 0: as many as the machine can run at once. */
  readonly breadth?: number
  /** Calls at a time in each worker; default 100, for work that waits. 1 for work that computes. */
  readonly concurrency?: number
  /** Calls that may wait; default 100 000. */
  readonly queueLimit?: number
  /** Where the pool listens for sessions as well, as `serve` does; default: it does not. 0: the system picks one. */
  readonly port?: number
  /** Default `'localhost'`. */
  readonly host?: string
  /** What sessions have to prove; default 32 random bytes, which its workers are told. */
  readonly authkey?: Key
  readonly tls?: ServerTls
  /** Imported by each worker before it takes work: URLs, paths from the working directory, package names. Default none. */
  readonly modules?: readonly (string | URL)[]
  /** Workers that have to be ready for the pool to open; default `breadth`. */
  readonly quorum?: number
  /** The most a worker may take to be ready; default 60 000. */
  readonly startupTimeoutMs?: number
  /** The most a call may wait for its start; default Infinity. */
  readonly startTimeoutMs?: number
  /** What leaving `withPool` or an `await using` block waits for accepted work; default 60 000. */
  readonly shutdownTimeoutMs?: number
  /** From a cancel to the kill, where one follows; default 5000. */
  readonly graceMs?: number
  /** `'forceful'`, which needs `concurrency: 1`: a body that ignores its cancel costs its worker. Default `'cooperative'`. */
  readonly cancel?: 'cooperative' | 'forceful'
  /** The most bytes of one argument list, result or item; default 16 MiB. */
  readonly maxPayloadBytes?: number
  /** How far the producer of a stream may be ahead; default 16 items and 1 MiB. */
  readonly prefetch?: { readonly items?: number; readonly bytes?: number }
  /** Bodies in one worker that may wait for calls of their own; further calls run within their parent. Default 1000. */
  readonly maxSuspended?: number
  /** Pools inside of pools; default 4. */
  readonly maxPoolDepth?: number
  /** When a lost worker is replaced: after `minMs` (100), doubling to `maxMs` (5000); `budget` (5) losses within `windowMs` (30 000) fail its place. */
  readonly respawn?: {
    readonly minMs?: number
    readonly maxMs?: number
    readonly budget?: number
    readonly windowMs?: number
  }
  /** Calls after which a worker is replaced; default Infinity. */
  readonly maxTasksPerWorker?: number
  /** Memory beyond which a worker is replaced when its work is done; default Infinity. */
  readonly maxRssBytes?: number
  /** Workers that one task with the same arguments may cost before it is refused; default 3. */
  readonly poisonLimit?: number
  /** Labels of all workers, or of each by its number from 0; a call with `tags` runs where all of them are. Default none. */
  readonly tags?: readonly string[] | ((worker: number) => readonly string[])
  /** Environment of the workers; default this process's. */
  readonly env?: NodeJS.ProcessEnv
  /** Arguments for the Node of all, or of each by its number from 0; default this process's, less those of the debugger. */
  readonly execArgv?: readonly string[] | ((worker: number) => readonly string[])
  /** Their working directory; default this process's. */
  readonly cwd?: string
  /**
   * What becomes of what they print: this process's output has it, the channel `conc:log` has a record for each line,
   * or nobody sees it. Default `'inherit'`.
   */
  readonly console?: 'inherit' | 'capture' | 'silent'
}

export interface RespawnSettings {
  readonly minMs: number
  readonly maxMs: number
  readonly budget: number
  readonly windowMs: number
}

/** The options with their defaults, checked. */
export interface PoolSettings {
  readonly name: string
  readonly breadth: number
  readonly concurrency: number
  readonly queueLimit: number
  /** URLs. */
  readonly modules: readonly string[]
  /** How it is served, where it is. */
  readonly serving: (ServeOptions & { readonly authkey: Uint8Array }) | undefined
  readonly quorum: number
  readonly startupTimeoutMs: number
  readonly startTimeoutMs: number
  readonly shutdownTimeoutMs: number
  readonly graceMs: number
  readonly cancel: 'cooperative' | 'forceful'
  readonly maxPayloadBytes: number
  readonly prefetch: Credit
  readonly maxSuspended: number
  readonly maxPoolDepth: number
  readonly respawn: RespawnSettings
  readonly maxTasksPerWorker: number
  readonly maxRssBytes: number
  readonly poisonLimit: number
  readonly tagsOf: (place: number) => readonly string[]
  readonly env: NodeJS.ProcessEnv | undefined
  readonly execArgvOf: (place: number) => readonly string[]
  readonly cwd: string | undefined
  readonly console: 'inherit' | 'capture' | 'silent'
}

const knownOptions = [
  'name',
  'breadth',
  'concurrency',
  'queueLimit',
  'port',
  'host',
  'authkey',
  'tls',
  'modules',
  'quorum',
  'startupTimeoutMs',
  'startTimeoutMs',
  'shutdownTimeoutMs',
  'graceMs',
  'cancel',
  'maxPayloadBytes',
  'prefetch',
  'maxSuspended',
  'maxPoolDepth',
  'respawn',
  'maxTasksPerWorker',
  'maxRssBytes',
  'poisonLimit',
  'tags',
  'env',
  'execArgv',
  'cwd',
  'console',
]

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
  const limits = limitsOf(options)
  if (cancel === 'forceful' && limits.concurrency > 1) {
    const expected = "'cooperative' where concurrency is over 1, as others would be killed along"
    throw new InvalidOptionError('cancel', expected, cancel)
  }
  return {
    name: executorName(options.name, `pool-${++pools}`),
    ...limits,
    ...timesOf(options),
    ...processOf(options),
    serving: servingOf(options),
    cancel,
    maxSuspended,
    maxPoolDepth,
    poisonLimit,
    prefetch: prefetchOf(options.prefetch),
    respawn: respawnOf(options.respawn),
    tagsOf: listsOf('tags', options.tags ?? []),
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
  checkPositiveInteger('maxPayloadBytes', maxPayloadBytes)
  if (maxPayloadBytes > 2 ** 31) {
    throw new InvalidOptionError('maxPayloadBytes', 'at most 2 GiB', maxPayloadBytes)
  }
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

function breadthOf(breadth = 0): number {
  if (breadth === 0) return availableParallelism()
  if (!Number.isInteger(breadth) || breadth < 0) {
    throw new InvalidOptionError('breadth', 'an integer of at least 0', breadth)
  }
  return breadth
}

type Times = Pick<
  PoolSettings,
  'startupTimeoutMs' | 'startTimeoutMs' | 'shutdownTimeoutMs' | 'graceMs'
>

function timesOf(options: WorkerPoolOptions): Times {
  const times: Times = {
    startupTimeoutMs: options.startupTimeoutMs ?? 60_000,
    startTimeoutMs: options.startTimeoutMs ?? Number.POSITIVE_INFINITY,
    shutdownTimeoutMs: options.shutdownTimeoutMs ?? 60_000,
    graceMs: options.graceMs ?? 5000,
  }
  for (const [option, value] of Object.entries(times)) checkDuration(option, value)
  return times
}

function prefetchOf(prefetch: WorkerPoolOptions['prefetch'] = {}): Credit {
  checkObject('prefetch', prefetch)
  checkKeys('prefetch', prefetch, ['items', 'bytes'])
  const { items = 16, bytes = mib } = prefetch
  checkPositiveInteger('prefetch.items', items)
  checkPositiveInteger('prefetch.bytes', bytes)
  return { items, bytes }
}

function respawnOf(respawn: WorkerPoolOptions['respawn'] = {}): RespawnSettings {
  checkObject('respawn', respawn)
  checkKeys('respawn', respawn, ['minMs', 'maxMs', 'budget', 'windowMs'])
  const { minMs = 100, maxMs = Math.max(5000, minMs), budget = 5, windowMs = 30_000 } = respawn
  checkDuration('respawn.minMs', minMs)
  checkDuration('respawn.maxMs', maxMs)
  checkLimit('respawn.budget', budget)
  checkDuration('respawn.windowMs', windowMs)
  return { minMs, maxMs, budget, windowMs }
}

/** A list of strings for every worker, or one for each. */
function listsOf(
  option: string,
  given: readonly string[] | ((worker: number) => readonly string[]),
): (place: number) => readonly string[] {
  const listOf = (own: unknown): readonly string[] => {
    if (isStrings(own)) return own
    throw new InvalidOptionError(option, 'a list of strings, or a function that gives one', own)
  }
  if (typeof given === 'function') return (place) => listOf(given(place))
  const list = listOf(given)
  return () => list
}

function servingOf({
  port,
  host,
  authkey,
  tls,
  maxPayloadBytes,
}: WorkerPoolOptions): PoolSettings['serving'] {
  if (port === undefined) {
    // Of a key and of certificates only the type is shown: errors end up in logs.
    const given = { host, authkey: typeOf(authkey), tls: typeOf(tls) }
    for (const [option, value] of Object.entries(given)) {
      if (value !== undefined)
        throw new InvalidOptionError(option, 'given together with `port`', value)
    }
    return undefined
  }
  const serving = {
    port,
    authkey: authkey ?? randomBytes(32),
    ...(host !== undefined && { host }),
    ...(tls !== undefined && { tls }),
    ...(maxPayloadBytes !== undefined && { maxPayloadBytes }),
  }
  serveSettings(serving)
  return { ...serving, authkey: Buffer.from(serving.authkey as Uint8Array) }
}

type ProcessSettings = Pick<PoolSettings, 'modules' | 'env' | 'execArgvOf' | 'cwd' | 'console'>

function processOf(options: WorkerPoolOptions): ProcessSettings {
  const { modules = [], env, execArgv, cwd, console = 'inherit' } = options
  if (!Array.isArray(modules)) {
    throw new InvalidOptionError('modules', 'a list of URLs, paths and package names', modules)
  }
  if (env !== undefined) checkObject('env', env)
  if (cwd !== undefined && typeof cwd !== 'string') {
    throw new InvalidOptionError('cwd', 'a path', cwd)
  }
  checkOneOf('console', console, ['inherit', 'capture', 'silent'])
  return {
    modules: modules.map(resolveModule),
    env,
    execArgvOf: listsOf('execArgv', execArgv ?? inheritedArguments(process.execArgv)),
    cwd,
    console,
  }
}

function typeOf(value: unknown): string | undefined {
  return value === undefined ? undefined : typeof value
}

function isStrings(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.every((one) => typeof one === 'string')
}
