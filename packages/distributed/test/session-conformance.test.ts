import { inline } from '@conc/core'
import {
  type ConformanceOptions,
  describeExecutor,
  type ExecutorSetup,
} from '@conc/core/conformance'
import { connect, type PoolServer, type Session, serve } from '@conc/distributed'
import { ThreadExecutor } from '@conc/threads'
import { afterAll } from 'vitest'

const authkey = 'a key of enough bytes'
const declaredHere = 'the server is in this process, which has declared it'
const owned: AsyncDisposable[] = []

/** The kit closes the session; what is behind it goes with the file. */
afterAll(async () => {
  for (const one of owned.reverse()) await one[Symbol.asyncDispose]()
})

async function sessionOver(server: PoolServer, { queueLimit }: ExecutorSetup): Promise<Session> {
  return await connect({ port: server.port, authkey, queueLimit })
}

describeExecutor(
  'Session over inline()',
  async (setup) => {
    const server = await serve(inline(), { authkey })
    owned.push(server)
    return await sessionOver(server, setup)
  },
  {
    ignores: ['concurrency', 'queueLimit'],
    skip: {
      'a task that no worker can import is refused by name': declaredHere,
      'a task whose module cannot be imported there is refused by name, and costs no worker':
        declaredHere,
    },
  },
)

const overThreads: ConformanceOptions = { separateWorkers: true }

describeExecutor(
  'Session over a ThreadExecutor',
  async (setup) => {
    const { concurrency, modules, graceMs } = setup
    const threads = new ThreadExecutor({ maxThreads: concurrency, modules, graceMs })
    const server = await serve(threads, { authkey })
    owned.push(threads, server)
    return await sessionOver(server, setup)
  },
  overThreads,
)
