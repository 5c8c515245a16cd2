import { availableParallelism } from 'node:os'
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

/** The same behind a port. */
export type ServerUrl = `ws://${string}`
export type ExecutorName = keyof typeof executors | ServerUrl

export function isExecutorName(name: string): name is ExecutorName {
  return Object.hasOwn(executors, name) || /^ws:\/\/[^/:]+:\d+$/.test(name)
}

/**
 * Opens the executor of that name. The key of a server is in the environment: `CONC_AUTHKEY`.
 *
 * @throws {UserError} the server is not there, or does not accept the key.
 */
export async function openExecutor(name: ExecutorName, concurrency: number): Promise<Executor> {
  if (!isServer(name)) return executors[name](concurrency)
  const { hostname: host, port } = new URL(name)
  const { CONC_AUTHKEY: authkey = '' } = process.env
  try {
    return await connect({ host, port: Number(port), authkey, retries: 0 })
  } catch (error) {
    if (error instanceof ExecutorError) throw new UserError(error.message)
    throw error
  }
}

function isServer(name: ExecutorName): name is ServerUrl {
  return name.startsWith('ws://')
}

/** A process for each core, and in each as many calls as there are to go round. */
function spread(concurrency: number): { breadth: number; concurrency: number } {
  const breadth = Math.min(availableParallelism(), concurrency)
  return { breadth, concurrency: Math.ceil(concurrency / breadth) }
}
