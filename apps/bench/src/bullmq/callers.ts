import { randomUUID } from 'node:crypto'
import type { Add } from '../threads/callers.js'
import { redisUrl } from './redis.js'
import { startWorker, type WorkerOrder } from './worker-process.js'

const opened = new Map<string, Promise<Add>>()

/** Connections of a process live as long as it does. */
function once(key: string, open: () => Promise<Add>): Promise<Add> {
  const made = opened.get(key) ?? open()
  opened.set(key, made)
  return made
}

/** A job and its `completed` event, by hand: one listener, and a map of who waits. */
export function bareAdd(): Promise<Add> {
  return once('bare', async () => {
    const [{ Queue, QueueEvents }, { Redis }] = await Promise.all([
      import('bullmq'),
      import('ioredis'),
    ])
    const url = await redisUrl()
    const connect = () => new Redis(url, { maxRetriesPerRequest: null })
    const name = `bare-${randomUUID()}`
    const queue = new Queue(name, { connection: connect() })
    const events = new QueueEvents(name, { connection: connect() })
    await Promise.all([events.waitUntilReady(), startWorker({ kind: 'bare', url, queue: name })])
    const waiting = new Map<string, (sum: number) => void>()
    events.on('completed', ({ jobId, returnvalue }) => {
      waiting.get(jobId)?.(returnvalue as unknown as number)
      waiting.delete(jobId)
    })
    const options = {
      removeOnComplete: { age: 600, count: 1000 },
      removeOnFail: { age: 604_800, count: 10_000 },
    }
    return async (a, b) => {
      const jobId = randomUUID()
      const sum = new Promise<number>((resolve) => waiting.set(jobId, resolve))
      await queue.add('add', [a, b], { ...options, jobId })
      return await sum
    }
  })
}

export function bullAdd(kind: WorkerOrder['kind']): Promise<Add> {
  return once(kind, async () => {
    const [{ BullExecutor }, { addTask }] = await Promise.all([
      import('@conc/bullmq'),
      import('../threads/tasks.js'),
    ])
    const where = { url: await redisUrl(), queue: randomUUID() }
    await startWorker({ kind, ...where })
    const bull = new BullExecutor({ ...where, results: { keep: 1000 } })
    await bull.ready()
    return (a, b) => bull.submit(addTask, [a, b])
  })
}
