import { main } from '@conc/core'
import { WorkerPool } from '@conc/distributed'
import { spinning } from '../fixtures/tasks.mjs'

main(import.meta, () => {
  const pool = new WorkerPool({ breadth: 1 })
  const onProgress = (pid) => {
    console.log(pid)
    process.exit(0)
  }
  pool.submit(spinning, [], { onProgress }).catch(() => {})
})
