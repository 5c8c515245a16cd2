import { main } from '@conc/core'
import { WorkerPool } from '@conc/distributed'
import { pid, spinning } from '../fixtures/tasks.mjs'

/** Says the pids of an idle worker and of one whose loop is blocked, and waits to be killed. */
main(import.meta, async () => {
  const pool = new WorkerPool({ breadth: 2, concurrency: 1, graceMs: 100 })
  await pool.start()
  const pids = await pool.broadcast(pid, [])
  const onProgress = () => console.log(pids.map(({ value }) => value).join(' '))
  await pool.submit(spinning, [], { onProgress })
})
