import { randomBytes } from 'node:crypto'
import { hostname } from 'node:os'
import type { Executor } from '@conc/core'
import { assertNotImporting, importModules } from '@conc/core/internal'
import { ThreadExecutor } from '@conc/threads'
import { RedisBlobs } from '../engine/blob-store.js'
import { checkEngine } from '../engine/check-engine.js'
import { isConnectionError } from '../engine/connection-errors.js'
import { Keys } from '../engine/keys.js'
import { WorkerLeases } from '../engine/worker-leases.js'
import {
  type BullWorkerOptions,
  type WorkerSettings,
  workerSettings,
} from '../options/worker-options.js'
import { type BullWorker, QueueWorker } from './bull-worker.js'
import { CancelDesk } from './cancel-desk.js'
import { JobMemory } from './job-memory.js'
import { UnknownTasks } from './unknown-tasks.js'
import { WorkerLink } from './worker-link.js'

/** Jobs at a time on an executor that is not ours. */
const foreignConcurrency = 50

/**
 * Runs the jobs of a queue: those whose task one of `modules` declares. The bodies run on threads, or on your executor.
 *
 * @returns the worker, when it takes jobs; rejects where a module fails to load, or Redis cannot be used.
 * @throws {InvalidOptionError} at once, for an option outside its range.
 * @example
 * await using worker = await runBullWorker({ url: 'redis://127.0.0.1:6379', queue: 'images', modules: ['./tasks.js'] })
 */
export function runBullWorker(options: BullWorkerOptions): Promise<BullWorker> {
  assertNotImporting('A BullMQ worker was started')
  return run(workerSettings(options))
}

async function run(settings: WorkerSettings): Promise<BullWorker> {
  await importModules(settings.modules)
  const name = `${hostname()}-${process.pid}-${randomBytes(3).toString('hex')}`
  const link = new WorkerLink(settings, name)
  const own = settings.executor ? undefined : ownThreads(settings)
  try {
    await link.open()
    return await startOn(settings, name, link, settings.executor ?? (own as Executor), own)
  } catch (error) {
    link.close()
    await own?.close({ pending: 'reject' })
    throw isConnectionError(error) ? link.commands.lost(false, error) : error
  }
}

async function startOn(
  settings: WorkerSettings,
  name: string,
  link: WorkerLink,
  executor: Executor,
  own: Executor | undefined,
): Promise<BullWorker> {
  const { redis } = link.commands
  const keys = new Keys(settings)
  // Later than that a job is another's.
  const ask = link.commands.patient(settings.lockMs)
  const { clockOffsetMs } = await ask(() => checkEngine(redis, name))
  // A module that breaks in a thread is found out now, not by the first job.
  if (own) await executor.ready()
  const desk = new CancelDesk(redis, keys, ask)
  await link.listen(keys, desk)
  const leases = new WorkerLeases(redis, keys)
  const unknown = new UnknownTasks(leases, settings.unknownTaskMs, name)
  const blobs = settings.blobs ?? new RedisBlobs(redis, keys, ask)
  const memory = new JobMemory(redis, keys, ask)
  const host = {
    name,
    settings,
    executor,
    blobs,
    redis,
    ask,
    keys,
    desk,
    memory,
    unknown,
    clockOffsetMs,
  }
  const concurrency = settings.concurrency ?? (own ? own.load.concurrency : foreignConcurrency)
  const release = async (): Promise<void> => {
    await own?.close()
    link.close()
  }
  const worker = new QueueWorker({ host, link, leases, concurrency, release })
  try {
    await worker.start()
    return worker
  } catch (error) {
    await worker.close({ pending: 'reject' })
    throw error
  }
}

function ownThreads({ modules, concurrency, queue }: WorkerSettings): ThreadExecutor {
  return new ThreadExecutor({
    name: `bullmq/${queue}`,
    modules: modules.map((module) => new URL(module)),
    minThreads: 1,
    ...(concurrency !== undefined && { maxThreads: concurrency }),
  })
}
