import type { CloseOptions } from '@conc/core'
import { listPools, type PoolServer, serve, WorkerPool } from '@conc/distributed'
import { authkeyOf } from '../options/key-options.js'
import { cannotLoad, importUserModule, whyNot } from '../options/module-path.js'
import { CommandError } from '../program/command-error.js'
import type { CommandCall } from '../program/command-spec.js'
import { exitCode } from '../program/exit-code.js'
import { Foreground, type Service } from '../program/foreground.js'
import type { Terminal } from '../terminal/terminal.js'
import { logPool } from './pool-logs.js'
import type { UpValues } from './up-options.js'
import { folder, serverTls, type UpSettings, upSettings } from './up-settings.js'

export async function run({ options, terminal }: CommandCall<UpValues>): Promise<number> {
  printWarnings(terminal)
  const settings = upSettings(options, terminal)
  const { shutdownTimeoutMs } = settings
  await checkName(options.name)
  const pool = new WorkerPool(settings.pool)
  let server: PoolServer | undefined
  logPool(terminal, () => (server ? nameOf(server, settings) : pool.name))
  const service = serviceOf(pool, () => server, { options, terminal })
  const end = new Foreground(service, { terminal, shutdownTimeoutMs })
  try {
    await start(pool, settings)
    server = await listen(pool, settings)
  } catch (error) {
    await pool.close({ pending: 'reject' })
    if (end.isEnding) return end.exitCode
    throw error
  }
  tellReady(terminal, server, settings)
  await server.closed
  await endWorkers(pool)
  return end.exitCode
}

/** A signal may come before the pool listens: then it ends the start. */
function serviceOf(
  pool: WorkerPool,
  server: () => PoolServer | undefined,
  { options, terminal }: Pick<CommandCall<UpValues>, 'options' | 'terminal'>,
): Service {
  const end = (how: CloseOptions): void => {
    const listening = server()
    if (listening) void listening.close(how)
    if (!listening || how.pending === 'reject') void pool.close({ pending: 'reject' })
  }
  return {
    get load() {
      return pool.load
    },
    drain: (timeoutMs) => end({ timeoutMs }),
    cancel: () => end({ pending: 'reject' }),
    reload: () => reloadFiles(options, terminal, server()),
  }
}

/** Warnings of the packages, in the words of this program. */
function printWarnings(terminal: Terminal): void {
  process.removeAllListeners('warning')
  process.on('warning', ({ message }) => terminal.warn(message))
}

/** Before workers are started for nothing. */
async function checkName(name: string | undefined): Promise<void> {
  if (name === undefined) return
  const held = (await listPools(folder()).catch(() => [])).find((one) => one.name === name)
  if (held === undefined) return
  throw new CommandError(
    `a pool called '${name}' runs already: pid ${held.pid}, port ${held.port}.`,
    {
      remedy: `Stop it with conc pool down --name ${name}, or choose another name.`,
      code: exitCode.notStarted,
    },
  )
}

async function start(pool: WorkerPool, { modules }: UpSettings): Promise<void> {
  try {
    await pool.start()
  } catch (error) {
    throw startFailure(error, modules)
  }
  const tasks = [...pool.tasks.keys()].filter((name) => !name.startsWith('conc/'))
  if (modules.length > 0 && tasks.length === 0) throw await withoutTasks(modules)
}

function startFailure(error: unknown, modules: readonly string[]): unknown {
  const { code, errors } = error as { code?: unknown; errors?: readonly Error[] }
  if (code !== 'CONC_POOL_START') return error
  const first = errors?.[0]
  const { cause } = (first ?? {}) as { cause?: unknown }
  if (cause instanceof Error && modules.length > 0) {
    return cannotLoad(modules.join(', '), whyNot(cause), cause)
  }
  const message = first?.message ?? (error as Error).message
  return new CommandError(message, { code: exitCode.notStarted, cause: error })
}

/** The workers have loaded it, so it can be loaded here, to say what it has instead. */
async function withoutTasks(modules: readonly string[]): Promise<CommandError> {
  const exported = await Promise.all(
    modules.map(async (one) => Object.keys(await importUserModule(one).catch(() => ({})))),
  )
  const names = exported.flat()
  const what = names.length === 0 ? 'nothing' : names.join(', ')
  return new CommandError(`${modules.join(', ')} declares no task; it exports ${what}.`, {
    remedy: "Declare one: export const greet = task('demo/greet', async (name) => …)",
    code: exitCode.notStarted,
  })
}

async function listen(pool: WorkerPool, settings: UpSettings): Promise<PoolServer> {
  try {
    return await serve(pool, settings.serve)
  } catch (error) {
    const { code, message, host, port } = error as Error & Record<string, unknown>
    if (code === 'CONC_ADDRESS_IN_USE') {
      const text = `port ${port} on ${host} is in use.`
      throw new CommandError(text, { code: exitCode.notStarted, cause: error })
    }
    throw new CommandError(String(message), { code: exitCode.notStarted, cause: error })
  }
}

function nameOf({ port }: PoolServer, { serve: { name = '' } }: UpSettings): string {
  return typeof name === 'function' ? name(port) : name
}

function tellReady(terminal: Terminal, server: PoolServer, settings: UpSettings): void {
  const { host, port } = server
  const name = nameOf(server, settings)
  const facts = { host, port, name, breadth: settings.breadth, pid: process.pid }
  process.title = `conc pool up ${name}`
  if (terminal.isJson) terminal.printJson({ event: 'ready', ...facts })
  else {
    const words = Object.entries(facts).map(([key, value]) => `${key}=${value}`)
    terminal.print(`ready ${words.join(' ')}`)
  }
}

function reloadFiles(options: UpValues, terminal: Terminal, server: PoolServer | undefined): void {
  if (server === undefined) return
  try {
    const tls = serverTls(options)
    if (tls) server.reloadTls(tls)
    server.rotateKeys([authkeyOf(options, terminal)])
    terminal.note('keys and certificates were read again')
  } catch (error) {
    terminal.note(
      `conc: keys and certificates stay as they are: ${(error as Error).message}`,
      'error',
    )
  }
}

/** Bodies that have ignored their cancel for long enough end with this process. */
async function endWorkers(pool: WorkerPool): Promise<void> {
  if (pool.load.running > 0) return
  await pool.close({ pending: 'reject' })
}
