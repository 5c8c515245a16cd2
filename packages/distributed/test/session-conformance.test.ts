import { balance, inline } from '@conc/core'
import { type ConformanceOptions, describeExecutor } from '@conc/core/conformance'
import { connect, type PoolServer, type Session, serve } from '@conc/distributed'
import { Pool } from '@conc/pool'
import { TaskPool } from '@conc/taskpool'
import { ThreadExecutor } from '@conc/threads'
import { withItsHost } from './with-its-host.js'

const authkey = 'a key of enough bytes'
const declaredHere = 'the server is in this process, which has declared it'

/** What does not apply where the server runs tasks on this event loop. */
const overEventLoop: ConformanceOptions = {
  skip: {
    'a task that no worker can import is refused by name': declaredHere,
    'a task whose module cannot be imported there is refused by name, and costs no worker':
      declaredHere,
  },
}

const overInline: ConformanceOptions = { ...overEventLoop, ignores: ['concurrency', 'queueLimit'] }

async function sessionTo({ port }: PoolServer, queueLimit: number): Promise<Session> {
  return await connect({ port, authkey, queueLimit })
}

describeExecutor(
  'Session over inline()',
  async ({ queueLimit }) => {
    const server = await serve(inline(), { authkey })
    return withItsHost(await sessionTo(server, queueLimit), server)
  },
  overInline,
)

describeExecutor(
  'Session over a Pool',
  async ({ concurrency, queueLimit }) => {
    const server = await serve(new Pool({ size: concurrency }), { authkey })
    return withItsHost(await sessionTo(server, queueLimit), server)
  },
  overEventLoop,
)

describeExecutor(
  'Session over a TaskPool',
  async ({ concurrency, queueLimit }) => {
    const server = await serve(new TaskPool({ poolSize: concurrency }), { authkey })
    return withItsHost(await sessionTo(server, queueLimit), server)
  },
  overEventLoop,
)

describeExecutor(
  'Session over a ThreadExecutor',
  async ({ concurrency, modules, graceMs, queueLimit }) => {
    const threads = new ThreadExecutor({ maxThreads: concurrency, modules, graceMs })
    const server = await serve(threads, { authkey })
    return withItsHost(await sessionTo(server, queueLimit), server, threads)
  },
  { separateWorkers: true, guardMs: 20_000 },
)

describeExecutor(
  'balance of two sessions',
  async ({ queueLimit }) => {
    const servers = await Promise.all([serve(inline(), { authkey }), serve(inline(), { authkey })])
    const sessions = await Promise.all(servers.map((server) => sessionTo(server, queueLimit)))
    return withItsHost(balance(sessions), ...sessions, ...servers)
  },
  overInline,
)
