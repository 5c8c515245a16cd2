import { listPools, type PoolServer, serve, WorkerPool } from '@conc/distributed'
import { withoutTasks } from '../options/module-path.js'
import type { CommandCall } from '../program/command-spec.js'
import { Foreground } from '../program/foreground.js'
import type { Terminal } from '../terminal/terminal.js'
import { logPool } from './pool-logs.js'
import { PoolService } from './pool-service.js'
import { listenFailure, nameTaken, noWorkerLeft, startFailure } from './up-failures.js'
import type { UpValues } from './up-options.js'
import { folder, type UpSettings, upSettings } from './up-settings.js'

export async function run({ options, terminal }: CommandCall<UpValues>): Promise<number> {
  printWarnings(terminal)
  const settings = upSettings(options, terminal)
  await checkName(options.name)
  const pool = new WorkerPool(settings.pool)
  const service = new PoolService(pool, { options, terminal })
  logPool(terminal, pool.name, () =>
    service.server ? nameOf(service.server, settings) : pool.name,
  )
  const end = new Foreground(service, { terminal, ...settings })
  const workersGone = noWorkerLeft(pool)
  try {
    await start(pool, settings)
    service.server = await listen(pool, settings)
    tellReady(terminal, service.server, settings)
    await Promise.race([service.server.closed, workersGone])
  } catch (error) {
    await Promise.all([
      service.server?.close({ pending: 'reject' }),
      pool.close({ pending: 'reject' }),
    ])
    if (end.isEnding) return end.exitCode
    throw error
  }
  await endWorkers(pool)
  return end.exitCode
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
  if (held !== undefined) throw nameTaken(held)
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

async function listen(pool: WorkerPool, settings: UpSettings): Promise<PoolServer> {
  try {
    return await serve(pool, settings.serve)
  } catch (error) {
    throw listenFailure(error)
  }
}

function nameOf({ port }: PoolServer, { serve: { name = '' } }: UpSettings): string {
  return typeof name === 'function' ? name(port) : name
}

function tellReady(terminal: Terminal, server: PoolServer, settings: UpSettings): void {
  const { host, port } = server
  const name = nameOf(server, settings)
  process.title = `conc pool up ${name}`
  terminal.tell('ready', { host, port, name, breadth: settings.breadth, pid: process.pid })
}

/** Bodies that have ignored their cancel for long enough end with this process. */
async function endWorkers(pool: WorkerPool): Promise<void> {
  if (pool.load.running > 0) return
  await pool.close({ pending: 'reject' })
}
