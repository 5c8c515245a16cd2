import { WorkerPool } from '@conc/distributed'

// At the top level: a worker that imports this is told to leave it.
const pool = new WorkerPool({ breadth: 1, modules: [import.meta.url], console: 'silent' })
await pool.start().catch((error) => console.log(error.cause.cause.code))
await pool.close()
