import { describeExecutor } from '@conc/core/conformance'
import { connect, serve, WorkerPool } from '@conc/distributed'
import { withItsHost } from './with-its-host.js'

const authkey = 'a key of enough bytes'

describeExecutor(
  'Session over a WorkerPool',
  async ({ concurrency, modules, graceMs, queueLimit }) => {
    const pool = new WorkerPool({ breadth: 1, concurrency, modules, graceMs })
    const server = await serve(pool, { authkey })
    const session = await connect({ port: server.port, authkey, queueLimit })
    return withItsHost(session, server, pool)
  },
  // A check starts up to four processes, on machines that are busy with other tests.
  { separateWorkers: true, guardMs: 20_000 },
)
