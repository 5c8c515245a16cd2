import { randomUUID } from 'node:crypto'
import { setTimeout as pause } from 'node:timers/promises'
import type { BullExecutor } from '@conc/bullmq'
import { type ChannelEvent, channels } from '@conc/core'
import { deferred } from '@conc/core/internal'
import type { Redis } from 'ioredis'
import type { Path } from '../harness/suite.js'
import { toldTimePath } from '../harness/told-time-path.js'
import { addTask } from '../threads/tasks.js'
import { redisUrl } from './redis.js'

/** How long a submitter asks Redis about all its jobs, when it may have missed events of every one. */
export function sweeps(jobs: number): Path {
  return toldTimePath({
    name: 'sweep',
    title: `a sweep of ${jobs} unsettled calls`,
    unit: 'sweep',
    items: 1,
    contestants: [
      {
        name: 'BullExecutor',
        role: 'ours',
        goal: { atMost: 100_000 },
        note: 'The goal is 100 ms.',
        prepare: async () => {
          const [{ BullExecutor }, { Redis }] = await Promise.all([
            import('@conc/bullmq'),
            import('ioredis'),
          ])
          const redis = new Redis(await redisUrl())
          const queue = randomUUID()
          // What BullMQ names a reader of events after, until it has to connect again.
          const mark = Buffer.from(`{conc-${queue}}`).toString('base64')
          const connection = { ...redis.options, connectionName: mark }
          const bull = new BullExecutor({ connection, queue, queueLimit: jobs })
          await fill(bull, jobs)
          return () => sweepAll(redis, mark, jobs)
        },
      },
    ],
  })
}

/** Calls on a queue that nobody works on. They stay until the process ends. */
async function fill(bull: BullExecutor, jobs: number): Promise<void> {
  await bull.ready()
  for (let i = 0; i < jobs; i++) {
    bull.submit(addTask, [i, 1]).catch(() => {})
    if (i % 100 === 0) await pause(1)
  }
  while ((await bull.stats()).waiting < jobs) await pause(5)
}

/** Cuts the executor off from the events of its queue: once they come again, it asks about every job. */
async function sweepAll(redis: Redis, mark: string, jobs: number): Promise<number> {
  const swept = nextSweep(jobs)
  await cutOffReaders(redis, mark)
  return await swept
}

async function cutOffReaders(redis: Redis, mark: string): Promise<void> {
  const clients = String(await redis.client('LIST')).split('\n')
  const readers = clients.filter((line) => line.includes(' cmd=xread ') && line.includes(mark))
  for (const client of readers) {
    const [, id = ''] = /^id=(\d+)/.exec(client) ?? []
    await redis.client('KILL', 'ID', id)
  }
}

/** The length of the next sweep of so many jobs, us. */
function nextSweep(jobs: number): Promise<number> {
  const { promise, resolve } = deferred<number>()
  const listen = (message: unknown): void => {
    const { type, ...details } = message as ChannelEvent
    if (type !== 'swept' || Number(details.jobs) < jobs) return
    channels.pool.unsubscribe(listen)
    resolve(Number(details.tookMs) * 1000)
  }
  channels.pool.subscribe(listen)
  return promise
}
