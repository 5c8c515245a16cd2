import { main } from '@conc/core'
import { WorkerPool } from '@conc/distributed'
import { unreached } from '../fixtures/never-imported.mjs'

/** Its worker says its pid, and imports the module of its first task for ever. */
main(import.meta, async () => {
  const pool = new WorkerPool({ breadth: 1, console: 'inherit' })
  await pool.submit(unreached, [])
})
