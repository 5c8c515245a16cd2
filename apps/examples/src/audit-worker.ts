import { runBullWorker } from '@conc/bullmq'
import { main } from '@conc/core'

/** Hashes for audits that were told `--on redis://host:port/queue`: `node audit-worker.js redis://host:port/queue`. */
main(import.meta, async () => {
  const { host, pathname } = new URL(process.argv[2] ?? 'redis://127.0.0.1:6379/audit')
  const worker = await runBullWorker({
    url: `redis://${host}`,
    queue: pathname.slice(1),
    modules: [new URL('./audit/hash-package.js', import.meta.url)],
    lockMs: 2000,
    stalledMs: 1000,
  })
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.once(signal, () => void worker.close({ timeoutMs: 10_000 }))
  }
  console.log(`hashing for ${pathname.slice(1)} on ${worker.load.concurrency} threads`)
  await worker.closed
})
