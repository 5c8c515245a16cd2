// A worker process: node worker.mjs <url> <queue> <module> [version]. Says `ready` on stdout.
import { runBullWorker } from '@conc/bullmq'

const [url, queue, module, lockMs] = process.argv.slice(2)
const worker = await runBullWorker({
  url,
  queue,
  modules: [new URL(module)],
  concurrency: 2,
  lockMs: Number(lockMs ?? 1500),
  stalledMs: 500,
})
process.on('SIGTERM', () => worker.close({ timeoutMs: 2000 }))
console.log('ready')
