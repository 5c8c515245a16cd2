import { InvalidOptionError } from '@conc/core'
import {
  checkBoolean,
  checkDuration,
  checkFunction,
  checkKeys,
  checkLimit,
  checkObject,
  checkPause,
} from '@conc/core/internal'
import { checkHost, checkPayloadBytes, checkPort } from '../option-checks.js'
import { type Registration, registrationOf } from '../registry/registration.js'
import { type Key, type ProofKeys, proofKeyRing } from '../security/keys.js'
import { refuseOpenHost } from '../security/open-host.js'
import { checkServerTls, type ServerTls } from '../security/tls-options.js'

/** What `authorize` is asked about. */
export interface AuthorizeRequest {
  readonly action: 'submit' | 'locks' | 'stats' | 'stop'
  readonly task?: string
  /** The name in the client's certificate, where it has shown one. */
  readonly identity?: string
  readonly address: string
}

/** Options of `serve`. Sizes are bytes. */
export interface ServeOptions {
  /** Where it listens. Default `'localhost'`, which is 127.0.0.1. */
  readonly host?: string
  /** Default 0: the system picks one, see `server.port`. */
  readonly port?: number
  /** The key that clients have to prove; of several the first is current and three older ones still open the door. Default `''`. */
  readonly authkey?: Key | readonly Key[]
  /** The tasks that may be called. Default: every task that this process has declared, or its workers have. */
  readonly expose?: readonly string[] | ((task: string) => boolean)
  readonly tls?: ServerTls
  /** Allows a host that is not loopback without key or without TLS. Default false. */
  readonly insecure?: boolean
  /** Further names that clients may use for this host. */
  readonly allowedHosts?: readonly string[]
  /** Asked before each action; `false` or a throw refuses it. Default: everything is allowed. */
  readonly authorize?: (request: AuthorizeRequest) => boolean | Promise<boolean>
  /** A name, or what makes it of the port. Default: the executor's. */
  readonly name?: string | ((port: number) => string)
  /** Lists it among the running pools of this user (`listPools`), under its name, until it closes. Default false. */
  readonly register?: boolean | Registration
  /** Closes the server after so long without a session and without work. Default Infinity. */
  readonly idleTimeoutMs?: number
  /** How long cancelled bodies may take when it closes and nobody says it otherwise. Default 5000. */
  readonly graceMs?: number
  /** Of an argument list, a result, an item. Default 16 MiB. */
  readonly maxPayloadBytes?: number
  /** Default 1024. */
  readonly maxSessions?: number
  /** Calls of one session that are not settled. Default 10 000. */
  readonly maxInFlight?: number
  /** Their arguments; beyond it the session's socket is not read. Default 64 MiB. */
  readonly maxInFlightBytes?: number
  /** From the connection to the proof. Default 5000. */
  readonly handshakeTimeoutMs?: number
  /** A ping after this silence. Default 15 000. */
  readonly keepAliveMs?: number
  /** A peer is dead after this one. Default 60 000. */
  readonly deadAfterMs?: number
  /** How long a session whose socket broke is kept. Default 1000. */
  readonly resumeMs?: number
  /** How long locks are kept for a session that is not heard of; it is heard every 10 s, or thrice in this time. Default 30 000. */
  readonly leaseMs?: number
}

/** The options with their defaults, checked. */
export interface ServeSettings {
  readonly host: string
  readonly port: number
  readonly keys: readonly ProofKeys[]
  readonly insecure: boolean
  readonly isExposed: (task: string) => boolean
  readonly tls: ServerTls | undefined
  readonly allowedHosts: readonly string[]
  readonly authorize: ServeOptions['authorize']
  readonly name: string | ((port: number) => string) | undefined
  readonly registration: Registration | undefined
  readonly idleTimeoutMs: number
  readonly graceMs: number
  readonly maxPayloadBytes: number
  readonly maxSessions: number
  readonly maxInFlight: number
  readonly maxInFlightBytes: number
  readonly handshakeTimeoutMs: number
  readonly keepAliveMs: number
  readonly deadAfterMs: number
  readonly resumeMs: number
  readonly leaseMs: number
}

const knownOptions = [
  'host',
  'port',
  'authkey',
  'expose',
  'tls',
  'insecure',
  'allowedHosts',
  'authorize',
  'name',
  'register',
  'idleTimeoutMs',
  'graceMs',
  'maxPayloadBytes',
  'maxSessions',
  'maxInFlight',
  'maxInFlightBytes',
  'handshakeTimeoutMs',
  'keepAliveMs',
  'deadAfterMs',
  'resumeMs',
  'leaseMs',
]

/** @throws {InvalidOptionError} at once, for anything outside its range and for a host that would be open to all. */
export function serveSettings(options: ServeOptions): ServeSettings {
  checkObject('options', options)
  checkKeys('options', options, knownOptions)
  const {
    host = 'localhost',
    port = 0,
    authkey = '',
    tls,
    authorize,
    name,
    insecure = false,
  } = options
  checkHost(host)
  checkPort('port', port)
  if (tls !== undefined) checkServerTls(tls)
  if (authorize !== undefined) checkFunction('authorize', authorize)
  if (
    name !== undefined &&
    typeof name !== 'function' &&
    (typeof name !== 'string' || name === '')
  ) {
    throw new InvalidOptionError('name', 'a non-empty string, or a function of the port', name)
  }
  const keys = proofKeyRing('authkey', authkey)
  checkBoolean('insecure', insecure)
  refuseOpenHost(host, keys, { insecure, tls })
  return {
    host,
    port,
    keys,
    insecure,
    isExposed: exposure(options.expose),
    tls,
    allowedHosts: hostNames(options.allowedHosts),
    authorize,
    name,
    registration: registrationOf(options.register),
    ...limitsOf(options),
    ...timesOf(options),
  }
}

function exposure(expose: ServeOptions['expose']): (task: string) => boolean {
  if (expose === undefined) return () => true
  if (typeof expose === 'function') return expose
  if (!Array.isArray(expose) || expose.some((one) => typeof one !== 'string')) {
    throw new InvalidOptionError('expose', 'a list of task names or a function', expose)
  }
  const names = new Set<string>(expose)
  return (task) => names.has(task)
}

function hostNames(names: ServeOptions['allowedHosts'] = []): readonly string[] {
  if (Array.isArray(names) && names.every((one) => typeof one === 'string')) return names
  throw new InvalidOptionError('allowedHosts', 'a list of host names', names)
}

function limitsOf(
  options: ServeOptions,
): Pick<ServeSettings, 'maxPayloadBytes' | 'maxSessions' | 'maxInFlight' | 'maxInFlightBytes'> {
  const {
    maxPayloadBytes = 16 * 1024 * 1024,
    maxSessions = 1024,
    maxInFlight = 10_000,
    maxInFlightBytes = 64 * 1024 * 1024,
  } = options
  checkPayloadBytes(maxPayloadBytes)
  checkLimit('maxSessions', maxSessions)
  checkLimit('maxInFlight', maxInFlight)
  checkLimit('maxInFlightBytes', maxInFlightBytes)
  return { maxPayloadBytes, maxSessions, maxInFlight, maxInFlightBytes }
}

function timesOf(
  options: ServeOptions,
): Pick<
  ServeSettings,
  | 'idleTimeoutMs'
  | 'graceMs'
  | 'handshakeTimeoutMs'
  | 'keepAliveMs'
  | 'deadAfterMs'
  | 'resumeMs'
  | 'leaseMs'
> {
  const {
    idleTimeoutMs = Number.POSITIVE_INFINITY,
    graceMs = 5000,
    handshakeTimeoutMs = 5000,
    keepAliveMs = 15_000,
    deadAfterMs = 60_000,
    resumeMs = 1000,
    leaseMs = 30_000,
  } = options
  const times = { idleTimeoutMs, handshakeTimeoutMs, keepAliveMs, deadAfterMs, resumeMs, leaseMs }
  for (const [option, value] of Object.entries(times)) checkDuration(option, value)
  checkPause('graceMs', graceMs)
  return { ...times, graceMs }
}
