import { availableParallelism } from 'node:os'
import { BullExecutor } from '@conc/bullmq'
import { type Executor, ExecutorError, inline } from '@conc/core'
import { connect, WorkerPool } from '@conc/distributed'
import { Pool } from '@conc/pool'
import { ThreadExecutor } from '@conc/threads'
import { UserError } from './user-error.js'

/** Where the hashing can run: one line for each kind of executor, and nothing else in the program changes. */
export const executors = {
  inline: () => inline(),
  pool: (concurrency) => new Pool({ size: concurrency }),
  threads: (concurrency) => new ThreadExecutor({ maxThreads: concurrency }),
  processes: (concurrency) => new WorkerPool(spread(concurrency)),
} satisfies Readonly<Record<string, (concurrency: number) => Executor>>

/** The same behind a port, or in a queue whose workers have loaded the task. */
type ElsewhereUrl = `ws://${string}` | `redis://${string}`
export type ExecutorName = keyof typeof executors | ElsewhereUrl

/** How `--on` names the places that are elsewhere. */
export const elsewhere = ['ws://host:port', 'redis://host:port/queue'] as const

export function isExecutorName(name: string): name is ExecutorName {
  return (
    Object.hasOwn(executors, name) ||
    /^ws:\/\/[^/:]+:\d+$/.test(name) ||
    /^redis:\/\/[^/:]+:\d+\/[\w.-]+$/.test(name)
  )
}

/**
 * Opens the executor of that name. The key of a server is in the environment: `CONC_AUTHKEY`.
 *
 * @throws {UserError} the server is not there, or does not accept the key.
 */
export async function openExecutor(name: ExecutorName, concurrency: number): Promise<Executor> {
  if (!isElsewhere(name)) return executors[name](concurrency)
  return name.startsWith('redis:') ? await openQueue(name) : await openSession(name)
}

async function openSession(name: string): Promise<Executor> {
  const { hostname: host, port } = new URL(name)
  const { CONC_AUTHKEY: authkey = '' } = process.env
  try {
    return await connect({ host, port: Number(port), authkey, retries: 0 })
  } catch (error) {
    throw asUserError(error)
  }
}

async function openQueue(name: string): Promise<Executor> {
  const { host, pathname } = new URL(name)
  const bull = new BullExecutor({
    url: `redis://${host}`,
    queue: pathname.slice(1),
    reconnectMs: 5000,
  })
  try {
    await bull.stats()
    return bull
  } catch (error) {
    await bull.close()
    throw asUserError(error)
  }
}

function asUserError(error: unknown): unknown {
  return error instanceof ExecutorError ? new UserError(error.message) : error
}

function isElsewhere(name: ExecutorName): name is ElsewhereUrl {
  return name.includes('://')
}

/** A process for each core, and in each as many calls as there are to go round. */
function spread(concurrency: number): { breadth: number; concurrency: number } {
  const breadth = Math.min(availableParallelism(), concurrency)
  return { breadth, concurrency: Math.ceil(concurrency / breadth) }
}
