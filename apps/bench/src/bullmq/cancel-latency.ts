import type { ChildProcess } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { setTimeout as pause } from 'node:timers/promises'
import type { BullExecutor } from '@conc/bullmq'
import type { Path } from '../harness/suite.js'
import { type ToldTimeContestant, toldTimePath } from '../harness/told-time-path.js'
import { type HeldNews, holdTask, nowNs } from './held-task.js'
import { redisUrl } from './redis.js'
import { startWorker } from './worker-process.js'

/** How long a cancel takes to a body that runs in another process, beside one command to Redis and back. */
export function cancelLatency(items: number): Path {
  return toldTimePath({
    name: 'cancel',
    title: 'from `abort()` to the signal of a running body',
    unit: 'cancel',
    items,
    contestants: [ping, bullCancel],
  })
}

const ping: ToldTimeContestant = {
  name: 'PING',
  role: 'floor',
  prepare: async () => {
    const { Redis } = await import('ioredis')
    const redis = new Redis(await redisUrl())
    return async () => {
      // From rest, as a cancel comes.
      await pause(1)
      const start = nowNs()
      await redis.ping()
      return (nowNs() - start) / 1000
    }
  },
}

const bullCancel: ToldTimeContestant = {
  name: 'BullExecutor',
  role: 'ours',
  goal: { timesFloor: 5 },
  prepare: async () => {
    const { BullExecutor } = await import('@conc/bullmq')
    const where = { url: await redisUrl(), queue: randomUUID() }
    const worker = await startWorker({ kind: 'event-loop', ...where })
    // Each job has ended before the next begins.
    const bull = new BullExecutor({ ...where, cancelPolicy: 'hold' })
    await bull.ready()
    return () => cancelOne(bull, worker)
  },
}

async function cancelOne(bull: BullExecutor, worker: ChildProcess): Promise<number> {
  const caller = new AbortController()
  const begun = news(worker)
  const call = bull.submit(holdTask, [], { signal: caller.signal })
  const ended = call.then(neverEnds, (reason: unknown) => {
    if (reason !== caller.signal.reason) throw reason
  })
  // Looked at after the news of the worker.
  ended.catch(() => {})
  await begun
  const told = news(worker)
  const start = nowNs()
  caller.abort()
  const end = await told
  await ended
  return typeof end === 'object' ? (end.abortedAtNs - start) / 1000 : Number.NaN
}

async function news(worker: ChildProcess): Promise<HeldNews> {
  const [message] = await once(worker, 'message')
  return message as HeldNews
}

function neverEnds(): never {
  throw new Error('A cancelled call gave a value.')
}
