import { BullExecutor, type BullOptions } from '@conc/bullmq'
import type { SubmitOptions } from '@conc/core'
import { Queue } from 'bullmq'
import { Redis } from 'ioredis'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { add } from './fixtures/tasks.mjs'
import { later, url } from './queue-under-test.js'

let last = 0
let admin: Redis
beforeAll(() => {
  admin = new Redis(url, { maxRetriesPerRequest: null })
})
afterAll(() => admin.disconnect())

/** The job that a call becomes, as it lies in Redis. */
async function jobOf(options: Partial<BullOptions> = {}, call: SubmitOptions = {}) {
  const queue = options.queue ?? `options-${process.pid}-${last++}`
  const prefix = options.prefix ?? `conc-${process.pid}`
  const bull = new BullExecutor({ url, ...options, queue, prefix } as BullOptions)
  later(() => bull.close({ pending: 'reject', timeoutMs: 5000 }))
  add
    .with(call)
    .on(bull)(1, 2)
    .catch(() => {})
  const jobs = new Queue(`{conc-${queue}}`, { connection: admin, prefix })
  later(() => jobs.close())
  await vi.waitUntil(async () => (await jobs.getJobCountByTypes('wait', 'prioritized')) === 1)
  const [job] = await jobs.getJobs(['wait', 'prioritized'])
  return job
}

const minutes = 60
const days = 24 * 60 * minutes

describe('a job', () => {
  it('is tried once, and kept for 10 minutes, or for 7 days where it failed', async () => {
    const job = await jobOf()
    expect(job?.name).toBe('bull-test/add')
    expect(job?.id).toMatch(/^c-[0-9a-z-]+$/)
    expect(job?.opts).toMatchObject({
      attempts: 1,
      sizeLimit: 2 ** 20,
      removeOnComplete: { age: 10 * minutes, count: 10_000 },
      removeOnFail: { age: 7 * days, count: 10_000 },
    })
    expect(job?.data).toEqual({ v: 1, n: 'bull-test/add', j: [1, 2] })
  })

  it('is kept as long as `results` and `failures` say', async () => {
    const job = await jobOf({ results: { keepMs: 5000, keep: 3 }, failures: { keep: 4 } })
    expect(job?.opts).toMatchObject({
      removeOnComplete: { age: 5, count: 3 },
      removeOnFail: { age: 7 * days, count: 4 },
    })
  })

  it('has the policy of retries in its data, and its own kind of pauses', async () => {
    const retry = { times: 2, delayMs: 10, factor: 3 }
    const job = await jobOf({}, { retry })
    expect(job?.opts).toMatchObject({ attempts: 3, backoff: { type: 'conc' } })
  })

  it('has an id made of its key', async () => {
    const job = await jobOf({}, { idempotencyKey: 'mine' })
    expect(job?.id).toMatch(/^k-[0-9a-f]{40}$/)
  })

  it.each([
    [undefined, 1001],
    [-1000, 2001],
    [1000, 1],
    [7, 994],
  ])('of priority %s is of BullMQ’s %s, where priorities count', async (priority, rank) => {
    const call = priority === undefined ? {} : { priority }
    expect((await jobOf({ priorities: true }, call))?.opts.priority).toBe(rank)
    expect((await jobOf({}, call))?.opts.priority).toBeFalsy()
  })
})
