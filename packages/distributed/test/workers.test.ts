import { type ChannelEvent, channels } from '@conc/core'
import { WorkerPool } from '@conc/distributed'
import { describe, expect, it } from 'vitest'
import { add, pid } from './fixtures/tasks.mjs'
import { workerEvent } from './lab.js'

describe('recycling', () => {
  it('replaces a worker after so many calls, without losing one', async () => {
    await using pool = new WorkerPool({ breadth: 1, concurrency: 2, maxTasksPerWorker: 3 })
    const pids = await Promise.all(Array.from({ length: 12 }, () => pool.submit(pid, [])))
    expect(new Set(pids).size).toBeGreaterThanOrEqual(3)
  })

  it('replaces a worker that has become too heavy', async () => {
    await using pool = new WorkerPool({ breadth: 1, maxRssBytes: 1 })
    const recycled = workerEvent(pool.name, 'recycled')
    const first = await pool.submit(pid, [])
    await recycled
    expect(await pool.submit(pid, [])).not.toBe(first)
  })
})

describe('events', () => {
  it('tell each state of a call, in order', async () => {
    await using pool = new WorkerPool({ breadth: 1 })
    const seen: string[] = []
    const listener = (event: unknown): void => {
      const { executor, type, task } = event as ChannelEvent
      if (executor === pool.name) seen.push(`${type} ${task}`)
    }
    channels.pool.subscribe(listener)
    await pool.submit(add, [1, 1])
    channels.pool.unsubscribe(listener)
    expect(seen).toEqual(
      ['accepted', 'assigned', 'started', 'settled'].map((type) => `${type} fixture/add`),
    )
  })
})

describe('options', () => {
  it('refuse tags that are no list in the constructor, before anything runs', () => {
    const build = (options: object) => new WorkerPool({ breadth: 1, ...options })
    expect(() => build({ tags: 'gpu' })).toThrow(/`tags` to be a list of strings.*got 'gpu'/)
    expect(() => build({ tags: [1] })).toThrow(/`tags` to be a list of strings/)
  })

  it('show no key in the error that asks for a port', () => {
    const secret = 'a secret of 16 bytes or more'
    expect(() => new WorkerPool({ breadth: 1, authkey: secret })).toThrow(
      /no `port`, got a string\.$/,
    )
  })
})
