import { randomUUID } from 'node:crypto'
import type { Add } from '../threads/callers.js'
import { redisUrl } from './redis.js'

/** Jobs at a time, of every worker. */
const concurrency = 50

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
    const [{ Queue, QueueEvents, Worker }, { Redis }] = await Promise.all([
      import('bullmq'),
      import('ioredis'),
    ])
    const url = await redisUrl()
    const connect = () => new Redis(url, { maxRetriesPerRequest: null })
    const name = `bare-${randomUUID()}`
    const queue = new Queue(name, { connection: connect() })
    const events = new QueueEvents(name, { connection: connect() })
    const work = async ({ data }: { data: [number, number] }) => data[0] + data[1]
    const worker = new Worker(name, work, { connection: connect(), concurrency })
    await Promise.all([events.waitUntilReady(), worker.waitUntilReady()])
    const waiting = new Map<string, (sum: number) => void>()
    events.on('completed', ({ jobId, returnvalue }) => {
      waiting.get(jobId)?.(returnvalue as unknown as number)
      waiting.delete(jobId)
    })
    const options = { removeOnComplete: { count: 1000 }, removeOnFail: { count: 1000 } }
    return async (a, b) => {
      const jobId = randomUUID()
      const sum = new Promise<number>((resolve) => waiting.set(jobId, resolve))
      await queue.add('add', [a, b], { ...options, jobId })
      return await sum
    }
  })
}

export function bullAdd(): Promise<Add> {
  return once('bull', async () => {
    const [{ BullExecutor, runBullWorker }, { inline }, { addTask }] = await Promise.all([
      import('@conc/bullmq'),
      import('@conc/core'),
      import('../threads/tasks.js'),
    ])
    const where = { url: await redisUrl(), queue: randomUUID() }
    const modules = [new URL('../threads/tasks.js', import.meta.url)]
    await runBullWorker({ ...where, modules, executor: inline(), concurrency })
    const bull = new BullExecutor({ ...where, results: { keep: 1000 } })
    await bull.ready()
    return (a, b) => bull.submit(addTask, [a, b])
  })
}
