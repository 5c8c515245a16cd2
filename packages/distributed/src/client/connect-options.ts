import { InvalidOptionError } from '@conc/core'
import {
  checkBoolean,
  checkCount,
  checkDuration,
  checkFunction,
  checkKeys,
  checkLevel,
  checkObject,
  checkOneOf,
  checkPause,
  checkText,
  type Level,
  type LogRecord,
} from '@conc/core/internal'
import { prefetchOf } from '../calls/prefetch.js'
import { checkHost, checkPayloadBytes, checkPort } from '../option-checks.js'
import { poolKeyHere } from '../pool/pool-around.js'
import type { Credit } from '../protocol/credit.js'
import { type Key, type ProofKeys, proofKeys } from '../security/keys.js'
import { type ClientTls, checkClientTls } from '../security/tls-options.js'

/** Options of `connect`. Sizes are bytes. */
export interface ConnectOptions {
  /** Default `'localhost'`. */
  readonly host?: string
  readonly port: number
  /** The key of the server. Default `''`; in a worker of a pool that listens, that pool's. */
  readonly authkey?: Key
  /** `true`: TLS with what Node trusts. Default: none. */
  readonly tls?: true | ClientTls
  /** For one try, from the dial to the welcome. Default 5000. */
  readonly connectTimeoutMs?: number
  /** Further tries where the connection is refused or reset. Default 2. */
  readonly retries?: number
  /** Between tries. Default 1000. */
  readonly retryDelayMs?: number
  /** Resolves at once, tries for ever, and refuses calls meanwhile, so that `balance` takes another one. Default false. */
  readonly lazy?: boolean
  /**
   * How long a lost connection is tried again before its calls are given up, and the session, unless it is lazy. Default 30 000.
   * A server that closes ends it at once, unless it is lazy.
   */
  readonly reconnectMs?: number
  /** What becomes of calls in flight when this client is gone; streams are cancelled. Default `'cancel'`. */
  readonly orphans?: 'cancel' | 'finish'
  /** Shown in errors and events. Default: the URL. */
  readonly name?: string
  /** Calls that are accepted and not started; past it, submit rejects with `QueueFullError`. Default 100 000. */
  readonly queueLimit?: number
  /** Of an argument list, a result, an item; the smaller limit of both sides holds. Default 16 MiB. */
  readonly maxPayloadBytes?: number
  /** How far the producer of a stream may be ahead. Default 16 items and 1 MiB. */
  readonly prefetch?: { readonly items?: number; readonly bytes?: number }
  /** What `tags` of a call ask of its worker: `'all'` of them, or `'any'` one. Default `'all'`. */
  readonly tagMatch?: 'all' | 'any'
  /** The most a call may wait for its start, here and there. Default Infinity. */
  readonly startTimeoutMs?: number
  /** How much is wanted of the log records of tasks that this session calls. Default `'info'` with `onLog`, else `'off'`. */
  readonly logLevel?: Level
  /** Told of each such record, which the channel `conc:log` has too. What it throws is a warning of the process. */
  readonly onLog?: (record: LogRecord) => void
  /** How long `withSession` and `await using` wait for calls in flight at the end. Default 60 000. */
  readonly shutdownTimeoutMs?: number
  /** A ping after this silence. Default 15 000. */
  readonly keepAliveMs?: number
  /** The server is dead after this one. Default 60 000. */
  readonly deadAfterMs?: number
}

/** The options with their defaults, checked. */
export interface ConnectSettings {
  readonly host: string
  readonly port: number
  readonly keys: ProofKeys
  readonly tls: true | ClientTls | undefined
  readonly connectTimeoutMs: number
  readonly retries: number
  readonly retryDelayMs: number
  readonly isLazy: boolean
  readonly reconnectMs: number
  readonly orphans: 'cancel' | 'finish'
  readonly name: string | undefined
  readonly queueLimit: number
  readonly maxPayloadBytes: number
  readonly prefetch: Credit
  readonly tagMatch: 'all' | 'any'
  readonly logLevel: Level
  readonly onLog: ConnectOptions['onLog']
  readonly startTimeoutMs: number
  readonly shutdownTimeoutMs: number
  readonly keepAliveMs: number
  readonly deadAfterMs: number
}

const knownOptions = [
  'host',
  'port',
  'authkey',
  'tls',
  'connectTimeoutMs',
  'retries',
  'retryDelayMs',
  'lazy',
  'reconnectMs',
  'orphans',
  'name',
  'queueLimit',
  'maxPayloadBytes',
  'prefetch',
  'tagMatch',
  'startTimeoutMs',
  'logLevel',
  'onLog',
  'shutdownTimeoutMs',
  'keepAliveMs',
  'deadAfterMs',
]

/** @throws {InvalidOptionError} at once, for anything outside its range. */
export function connectSettings(options: ConnectOptions): ConnectSettings {
  checkObject('options', options)
  checkKeys('options', options, knownOptions)
  const {
    host = 'localhost',
    port,
    authkey = poolKeyHere() ?? '',
    tls,
    lazy = false,
    name,
  } = options
  checkHost(host)
  // 0 is for servers: the system picks one, and nobody can tell which.
  if (port === 0) throw new InvalidOptionError('port', 'an integer from 1 to 65535', port)
  checkPort('port', port)
  if (tls !== undefined) checkClientTls(tls)
  checkBoolean('lazy', lazy)
  checkText('name', name)
  const { orphans = 'cancel' } = options
  checkOneOf('orphans', orphans, ['cancel', 'finish'])
  const { tagMatch = 'all' } = options
  checkOneOf('tagMatch', tagMatch, ['all', 'any'])
  const { onLog, logLevel = onLog ? 'info' : 'off' } = options
  checkLevel('logLevel', logLevel)
  if (onLog !== undefined) checkFunction('onLog', onLog)
  return {
    host,
    port,
    keys: proofKeys('authkey', authkey),
    tls,
    isLazy: lazy,
    name,
    orphans,
    tagMatch,
    logLevel,
    onLog,
    ...triesOf(options),
    ...limitsOf(options),
    ...timesOf(options),
  }
}

function triesOf({
  retries = 2,
  retryDelayMs = 1000,
}: ConnectOptions): Pick<ConnectSettings, 'retries' | 'retryDelayMs'> {
  checkCount('retries', retries)
  checkPause('retryDelayMs', retryDelayMs)
  return { retries, retryDelayMs }
}

function limitsOf(
  options: ConnectOptions,
): Pick<ConnectSettings, 'queueLimit' | 'maxPayloadBytes' | 'prefetch'> {
  const { queueLimit = 100_000, maxPayloadBytes = 16 * 1024 * 1024 } = options
  checkCount('queueLimit', queueLimit)
  checkPayloadBytes(maxPayloadBytes)
  return { queueLimit, maxPayloadBytes, prefetch: prefetchOf(options.prefetch) }
}

function timesOf(
  options: ConnectOptions,
): Pick<
  ConnectSettings,
  | 'connectTimeoutMs'
  | 'reconnectMs'
  | 'startTimeoutMs'
  | 'shutdownTimeoutMs'
  | 'keepAliveMs'
  | 'deadAfterMs'
> {
  const {
    connectTimeoutMs = 5000,
    reconnectMs = 30_000,
    startTimeoutMs = Number.POSITIVE_INFINITY,
    shutdownTimeoutMs = 60_000,
    keepAliveMs = 15_000,
    deadAfterMs = 60_000,
  } = options
  const times = {
    connectTimeoutMs,
    reconnectMs,
    startTimeoutMs,
    shutdownTimeoutMs,
    keepAliveMs,
    deadAfterMs,
  }
  for (const [option, value] of Object.entries(times)) checkDuration(option, value)
  return times
}
