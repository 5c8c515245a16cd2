import { type BullWorker, type BullWorkerOptions, runBullWorker } from '@conc/bullmq'
import type { CloseOptions } from '@conc/core'
import { importModules, registry } from '@conc/core/internal'
import { cannotLoad, resolveUserModule, whyNot, withoutTasks } from '../options/module-path.js'
import { readSecret } from '../options/secret-file.js'
import { CommandError, usageError } from '../program/command-error.js'
import type { CommandCall } from '../program/command-spec.js'
import { exitCode } from '../program/exit-code.js'
import { Foreground, type Service } from '../program/foreground.js'
import { keepStdout } from '../terminal/keep-stdout.js'
import { logRecord } from '../terminal/log-record.js'
import type { Terminal } from '../terminal/terminal.js'
import { plain } from '../terminal/text-width.js'
import { checkReachable, queueAddress, type RedisValues } from './redis-options.js'

interface WorkerValues extends RedisValues {
  readonly engine?: string
  readonly module?: readonly string[]
  readonly concurrency?: number
  readonly shutdownTimeout?: number
  readonly signingKeyFile?: string
}

export async function run({ options, terminal }: CommandCall<WorkerValues>): Promise<number> {
  const settings = workerOptions(options, terminal)
  const { queue = 'default' } = settings
  const { shutdownTimeout: shutdownTimeoutMs = 30_000 } = options
  keepStdout((text) => logConsole(terminal, queue, text))
  await checkReachable(settings.url)
  let worker: BullWorker | undefined
  const service = serviceOf(() => worker, terminal)
  const end = new Foreground(service, { terminal, shutdownTimeoutMs })
  worker = await start(settings, options.module ?? [])
  if (end.isEnding) await worker.close()
  else tellReady(terminal, queue, worker)
  await worker.closed
  return end.exitCode
}

function workerOptions(
  values: WorkerValues,
  terminal: Terminal,
): BullWorkerOptions & { url: string; queue?: string } {
  const { engine, module: modules = [], concurrency, shutdownTimeout, signingKeyFile } = values
  if (engine === undefined) throw usageError('worker needs --engine bullmq.')
  if (modules.length === 0) {
    throw usageError('worker needs --module.', 'It runs the tasks that its modules declare.')
  }
  const warn = (text: string): void => terminal.warn(text)
  return {
    ...queueAddress(values),
    modules: modules.map(resolveUserModule),
    ...(concurrency !== undefined && { concurrency }),
    ...(shutdownTimeout !== undefined && { shutdownTimeoutMs: shutdownTimeout }),
    ...(signingKeyFile !== undefined && {
      signingKey: readSecret(signingKeyFile, '--signing-key-file', warn),
    }),
  }
}

async function start(options: BullWorkerOptions, modules: readonly string[]): Promise<BullWorker> {
  try {
    await importModules(options.modules.map(String))
    if (!registry.names().some(isOfUser)) throw await withoutTasks(modules)
    return await runBullWorker(options)
  } catch (error) {
    if (error instanceof CommandError) throw error
    const { code, message } = error as Error & { code?: unknown }
    const isOurs = typeof code === 'string' && code.startsWith('CONC_')
    if (!isOurs) throw cannotLoad(modules.join(', '), whyNot(error), error)
    if (code === 'CONC_INVALID_OPTION') throw error
    const isLost = code === 'CONC_CONNECTION_LOST'
    const status = isLost ? exitCode.unreachable : exitCode.notStarted
    throw new CommandError(message, { code: status, cause: error })
  }
}

function isOfUser(task: string): boolean {
  return !task.startsWith('conc/')
}

/** A signal before it takes jobs is heeded when it does. */
function serviceOf(worker: () => BullWorker | undefined, terminal: Terminal): Service {
  const close = (options: CloseOptions): void => void worker()?.close(options)
  return {
    get load() {
      return worker()?.load ?? { concurrency: 0, running: 0, waiting: 0, queueLimit: 0 }
    },
    drain: () => close({}),
    cancel: () => close({ pending: 'reject' }),
    reload: () => terminal.warn('a worker reads its signing key only at its start'),
  }
}

function tellReady(terminal: Terminal, queue: string, { load }: BullWorker): void {
  const facts = { engine: 'bullmq', queue, concurrency: load.concurrency, pid: process.pid }
  terminal.tell('ready', facts)
}

function logConsole(terminal: Terminal, queue: string, text: string): void {
  for (const line of text.split('\n').filter((one) => one !== '')) {
    const { pid } = process
    const said = { ts: Date.now(), level: 'info', pid, logger: 'console' } as const
    logRecord(terminal, { ...said, pool: queue, message: plain(line) })
  }
}
