import { runBullWorker } from '@conc/bullmq'
import { inline } from '@conc/core'
import { Worker } from 'bullmq'
import { Redis } from 'ioredis'
import { concurrency, type WorkerOrder } from './worker-process.js'

const { kind, url, queue } = JSON.parse(process.argv[2] as string) as WorkerOrder

/** By hand: the body in BullMQ's own processor. */
async function bareWorker(): Promise<void> {
  const connection = new Redis(url, { maxRetriesPerRequest: null })
  const work = async ({ data }: { data: [number, number] }) => data[0] + data[1]
  await new Worker(queue, work, { connection, concurrency }).waitUntilReady()
}

async function ourWorker(): Promise<void> {
  const modules = ['../threads/tasks.js', './held-task.js'].map(
    (module) => new URL(module, import.meta.url),
  )
  const executor = kind === 'event-loop' ? { executor: inline(), concurrency } : {}
  await runBullWorker({ url, queue, modules, ...executor })
}

process.on('disconnect', () => process.exit())
await (kind === 'bare' ? bareWorker() : ourWorker())
process.send?.('ready')
