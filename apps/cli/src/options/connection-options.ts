import type { ClientTls, ConnectOptions, LocalPool } from '@conc/distributed'
import { CommandError, usageError } from '../program/command-error.js'
import type { OptionSpec } from '../program/command-spec.js'
import { exitCode } from '../program/exit-code.js'
import type { Terminal } from '../terminal/terminal.js'
import { authkeyOf, type KeyValues, keyOptions } from './key-options.js'
import { duration, nonEmpty, port } from './parsers.js'
import { readText } from './secret-file.js'

/** What the connecting options of a command were given. */
export interface ConnectionValues extends KeyValues {
  readonly host?: string
  readonly port?: number
  readonly name?: string
  readonly tls?: boolean
  readonly tlsCa?: string
  readonly tlsCert?: string
  readonly tlsKey?: string
  readonly servername?: string
  readonly connectTimeout?: number
}

const tlsFiles: readonly OptionSpec[] = [
  { flags: '--tls-ca <pem>', summary: 'authorities to trust', row: 'tls', completes: 'file' },
  { flags: '--tls-cert <pem>', summary: 'own certificate', row: 'tls', completes: 'file' },
  { flags: '--tls-key <pem>', summary: 'own key', row: 'tls', completes: 'file' },
]

export const connectionOptions: readonly OptionSpec[] = [
  {
    flags: '-H, --host <host>',
    summary: 'where the pool is',
    fallback: 'CONC_HOST, else localhost',
    parse: nonEmpty,
  },
  {
    flags: '-p, --port <port>',
    summary: 'its port; this or --name',
    fallback: 'CONC_PORT',
    parse: port,
  },
  {
    flags: '-n, --name <pool>',
    summary: 'a pool that conc pool ls lists',
    parse: nonEmpty,
    completes: 'pool',
  },
  ...keyOptions,
  { flags: '--tls', summary: 'TLS; each is enough', row: 'tls' },
  ...tlsFiles,
  {
    flags: '--servername <name>',
    summary: 'name in its certificate',
    fallback: 'host',
    parse: nonEmpty,
  },
  {
    flags: '--connect-timeout <t>',
    summary: 'for one try to connect',
    fallback: '5s',
    parse: duration,
  },
]

/** Host and port as typed, from the environment or from the registry; checked before anything is connected. */
export async function connectOptionsOf(
  path: string,
  values: ConnectionValues,
  terminal: Terminal,
): Promise<ConnectOptions> {
  const { isTls, ...place } = await placeOf(path, values)
  const tls = values.tls || isTls
  return { ...place, ...(await withoutPlace({ ...values, ...(tls && { tls }) }, terminal)) }
}

/** The same but for where: key, TLS, timeouts. */
export async function withoutPlace(
  values: ConnectionValues,
  terminal: Terminal,
): Promise<Omit<ConnectOptions, 'host' | 'port'>> {
  const tls = tlsOf(values)
  return {
    authkey: authkeyOf(values, terminal),
    ...(tls !== undefined && { tls }),
    ...(values.connectTimeout !== undefined && { connectTimeoutMs: values.connectTimeout }),
  }
}

interface Place {
  readonly host: string
  readonly port: number
  /** Whether it is known to want TLS. */
  readonly isTls: boolean
}

async function placeOf(path: string, values: ConnectionValues): Promise<Place> {
  const { CONC_HOST, CONC_PORT } = process.env
  if (values.name !== undefined) {
    if (values.port !== undefined) throw usageError('--port and --name exclude each other.')
    return await poolNamed(values.name)
  }
  const text = values.port ?? (CONC_PORT ? (port(CONC_PORT, 'CONC_PORT') as number) : undefined)
  if (text === undefined || text === 0) throw await needsPort(path)
  return { host: values.host ?? (CONC_HOST || 'localhost'), port: text, isTls: false }
}

async function poolNamed(name: string): Promise<Place> {
  const pools = await runningPools()
  const found = pools.find((one) => one.name === name)
  if (found) return { host: found.host, port: found.port, isTls: found.tls }
  throw new CommandError(`no pool of yours is called '${name}' here.`, {
    remedy: runningText(pools) || 'conc pool ls lists what runs.',
    code: exitCode.unreachable,
  })
}

async function needsPort(path: string): Promise<CommandError> {
  const running = runningText(await runningPools())
  const needs = `${path} needs --port or --name.`
  return running === ''
    ? usageError(needs, 'No pool of yours runs here: conc pool up --module ./tasks.mjs')
    : usageError(`${needs} ${running}`)
}

async function runningPools(): Promise<readonly LocalPool[]> {
  const { listPools } = await import('@conc/distributed')
  const { CONC_RUNTIME_DIR: folder } = process.env
  return await listPools(folder ? { folder } : {})
}

function runningText(pools: readonly LocalPool[]): string {
  if (pools.length === 0) return ''
  const shown = pools.slice(0, 5).map(({ name, port: at }) => `${name} (port ${at})`)
  const more = pools.length > shown.length ? `, and ${pools.length - shown.length} more` : ''
  return `Running here: ${shown.join(', ')}${more}.`
}

function tlsOf(values: ConnectionValues): true | ClientTls | undefined {
  const { tls, tlsCa, tlsCert, tlsKey, servername } = values
  if ((tlsCert === undefined) !== (tlsKey === undefined)) {
    throw usageError('--tls-cert and --tls-key belong together.')
  }
  const own: ClientTls = {
    ...(tlsCa !== undefined && { ca: readText(tlsCa, '--tls-ca') }),
    ...(tlsCert !== undefined && { cert: readText(tlsCert, '--tls-cert') }),
    ...(tlsKey !== undefined && { key: readText(tlsKey, '--tls-key') }),
    ...(servername !== undefined && { servername }),
  }
  if (Object.keys(own).length > 0) return own
  return tls ? true : undefined
}
