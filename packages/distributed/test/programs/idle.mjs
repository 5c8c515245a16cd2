import { main } from '@conc/core'
import { WorkerPool } from '@conc/distributed'
import { add } from '../fixtures/tasks.mjs'

// Never closed: what is idle holds nothing.
main(import.meta, async () => {
  const pool = new WorkerPool({ breadth: 2 })
  console.log(await pool.submit(add, [1, 2]))
})
