// Where `pnpm quickstart --on ws://localhost:5050` hashes: a pool of worker processes behind a port. Ctrl-C ends it.
import { once } from 'node:events'
import { main } from '@conc/core'
import { serve, WorkerPool } from '@conc/distributed'

main(import.meta, async () => {
  const { CONC_AUTHKEY: authkey = '', PORT = '5050' } = process.env
  const modules = [new URL('./audit/hash-package.js', import.meta.url)]
  await using pool = new WorkerPool({ modules })
  await pool.start()
  await using server = await serve(pool, { port: Number(PORT), authkey })
  console.log(`Listening on ${server.url}`)
  await Promise.race([once(process, 'SIGINT'), once(process, 'SIGTERM'), server.closed])
})
