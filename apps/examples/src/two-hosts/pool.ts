// One of the two pools, in a process of its own: on a computer of its own it would be the same program.
import { once } from 'node:events'
import { main } from '@conc/core'
import { serve, WorkerPool } from '@conc/distributed'

main(import.meta, async () => {
  const { CONC_AUTHKEY: authkey = '', HOST: host = 'localhost' } = process.env
  const modules = [new URL('./tasks.js', import.meta.url)]
  await using pool = new WorkerPool({ breadth: 1, concurrency: 8, modules })
  await pool.start()
  await using server = await serve(pool, { host, authkey })
  process.send?.({ port: server.port })
  await once(process, 'disconnect')
})
