import { main } from '@conc/core'
import { WorkerPool } from '@conc/distributed'
import { add } from '../fixtures/tasks.mjs'

// Nothing is awaited: accepted work holds the process.
main(import.meta, () => {
  const pool = new WorkerPool({ breadth: 1, concurrency: 1 })
  for (const n of [1, 2, 3]) pool.submit(add, [n, n]).then(console.log)
})
