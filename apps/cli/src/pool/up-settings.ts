import { availableParallelism } from 'node:os'
import type { ServeOptions, WorkerPoolOptions } from '@conc/distributed'
import { authkeyOf, envWithoutKey } from '../options/key-options.js'
import { resolveUserModule } from '../options/module-path.js'
import { usageError } from '../program/command-error.js'
import type { Terminal } from '../terminal/terminal.js'
import { serverTls } from './server-tls.js'
import type { UpValues } from './up-options.js'

const strongKeyBytes = 16
const defaultInspectPort = 9229
const loopback = /^(localhost|127(\.\d{1,3}){3}|\[?::1\]?)$/

/** The options of a pool in the foreground, all of them checked. @throws {CommandError} */
export interface UpSettings {
  readonly pool: WorkerPoolOptions
  readonly serve: ServeOptions
  readonly modules: readonly string[]
  readonly breadth: number
  readonly shutdownTimeoutMs: number
}

export function upSettings(values: UpValues, terminal: Terminal): UpSettings {
  const { module: modules = [], shutdownTimeout: shutdownTimeoutMs = 30_000 } = values
  const breadth = values.breadth || availableParallelism()
  if (values.quorum !== undefined && values.quorum > breadth) {
    throw usageError(`--quorum expects at most the breadth, ${breadth}, got ${values.quorum}.`)
  }
  const urls = modules.map(resolveUserModule)
  const serve = serveOptions(values, terminal)
  checkOpenness(values, serve)
  warnOf(modules, terminal)
  const register = { ...folder(), breadth, modules }
  return {
    pool: { ...poolOptions(values), breadth, modules: urls, logLevel: terminal.options.level },
    serve: { ...serve, register },
    modules,
    breadth,
    shutdownTimeoutMs,
  }
}

/** Where running pools are listed, if somebody says so. */
export function folder(): { folder?: string } {
  const { CONC_RUNTIME_DIR } = process.env
  return CONC_RUNTIME_DIR ? { folder: CONC_RUNTIME_DIR } : {}
}

function poolOptions(values: UpValues): WorkerPoolOptions {
  const { name, port } = values
  return given({
    name: name ?? (port ? `pool-${port}` : 'pool'),
    concurrency: values.concurrency,
    quorum: values.quorum,
    startupTimeoutMs: values.startupTimeout,
    graceMs: values.grace,
    maxPayloadBytes: values.maxPayload,
    queueLimit: values.queueLimit,
    maxTasksPerWorker: values.maxTasksPerWorker,
    maxRssBytes: values.maxRss,
    tags: values.tag,
    execArgv: execArgv(values),
    env: envWithoutKey(),
    console: 'capture',
  })
}

/** Without what was not given. */
function given<T extends object>(options: { [K in keyof T]: T[K] | undefined }): T {
  const entries = Object.entries(options).filter(([, value]) => value !== undefined)
  return Object.fromEntries(entries) as T
}

/** Each worker is debugged at a port of its own. */
function execArgv({
  cpuProf,
  inspect,
}: UpValues): undefined | ((worker: number) => readonly string[]) {
  if (cpuProf === undefined && inspect === undefined) return undefined
  const profile = cpuProf === undefined ? [] : ['--cpu-prof', `--cpu-prof-dir=${cpuProf}`]
  const first = inspect === true ? defaultInspectPort : inspect
  const debug = (worker: number): string[] =>
    first === undefined ? [] : [`--inspect=127.0.0.1:${first === 0 ? 0 : first + worker}`]
  return (worker) => [...process.execArgv, ...profile, ...debug(worker)]
}

function serveOptions(values: UpValues, terminal: Terminal): ServeOptions {
  const { name } = values
  return given({
    host: values.host,
    port: values.port,
    authkey: authkeyOf(values, terminal),
    tls: serverTls(values),
    insecure: values.insecure,
    name: name ?? ((port: number) => `pool-${port}`),
    idleTimeoutMs: values.idleTimeout,
    graceMs: values.grace,
    maxPayloadBytes: values.maxPayload,
  })
}

function checkOpenness({ host = 'localhost', insecure }: UpValues, serve: ServeOptions): void {
  if (insecure || loopback.test(host)) return
  const missing = [
    ...(keyBytes(serve) < strongKeyBytes
      ? [`a key of at least ${strongKeyBytes} bytes (--authkey-file)`]
      : []),
    ...(serve.tls === undefined ? ['TLS (--tls-cert, --tls-key)'] : []),
  ]
  if (missing.length === 0) return
  const what = `--host ${host} can be reached by others and needs ${missing.join(' and ')}.`
  throw usageError(what, '--insecure allows less.')
}

/** The server itself tells of a weak key. */
function warnOf(modules: readonly string[], terminal: Terminal): void {
  if (modules.length === 0) terminal.warn('no --module: only conc/ping can be called')
}

function keyBytes({ authkey = '' }: ServeOptions): number {
  return Buffer.byteLength(authkey as string)
}
