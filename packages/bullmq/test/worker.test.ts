import type { DeadLetter } from '@conc/bullmq'
import {
  AuthenticationError,
  inline,
  limit,
  PoisonTaskError,
  task,
  UnknownTaskError,
  WorkerLostError,
} from '@conc/core'
import { deferred } from '@conc/core/internal'
import { ThreadExecutor } from '@conc/threads'
import { Queue, QueueEvents } from 'bullmq'
import { Redis } from 'ioredis'
import { describe, expect, it, vi } from 'vitest'
import { add, addOnce, die, flaky, note, noteOnce } from './fixtures/tasks.mjs'
import { Journal, later, QueueUnderTest, tasksModule, url } from './queue-under-test.js'

function foreignQueue({ where }: QueueUnderTest): Queue {
  const connection = new Redis(url, { maxRetriesPerRequest: null })
  const queue = new Queue(`{conc-${where.queue}}`, { connection, prefix: 'conc' })
  later(async () => {
    await queue.close()
    connection.disconnect()
  })
  return queue
}

describe('runBullWorker', () => {
  it('tells of its slots and of what it runs', async () => {
    const queue = new QueueUnderTest()
    const worker = await queue.worker({ concurrency: 2 })
    expect(worker.load).toMatchObject({ concurrency: 2, running: 0 })
    const { workers } = await queue.executor().stats()
    expect(workers).toHaveLength(1)
    expect(workers[0]).toMatchObject({ name: worker.name, pid: process.pid })
    expect(workers[0]?.tasks).toHaveProperty('bull-test/add')
  })

  it('puts a job off that its executor has no room for, also one that may not run twice', async () => {
    const queue = new QueueUnderTest()
    const mine = limit(inline(), 1, { queueLimit: 0 })
    const before = deferred()
    const first = mine.submit(() => before.promise, [])
    await queue.worker({ executor: mine })
    const bull = queue.executor()
    const calls = [bull.submit(add, [1, 2]), bull.submit(addOnce, [1, 2])]
    await expect.poll(async () => (await bull.stats()).delayed).toBe(2)
    before.resolve()
    await first
    expect(await Promise.all(calls)).toEqual([3, 3])
  })

  it('runs jobs on an executor of yours, and leaves it open', async () => {
    const queue = new QueueUnderTest()
    const mine = inline()
    const worker = await queue.worker({ executor: mine })
    expect(await add.on(queue.executor())(1, 2)).toBe(3)
    await worker.close()
    expect(await add.on(mine)(1, 2)).toBe(3)
    await mine.close()
  })

  it('shares a queue with others', async () => {
    const queue = new QueueUnderTest()
    await Promise.all([queue.worker(), queue.worker()])
    const bull = queue.executor()
    const sums = await Promise.all(Array.from({ length: 40 }, (_, n) => add.on(bull)(n, 1)))
    expect(sums).toEqual(Array.from({ length: 40 }, (_, n) => n + 1))
    expect((await bull.stats()).workers).toHaveLength(2)
  })
})

describe('draining', () => {
  it('finishes what runs and takes nothing new', async () => {
    const queue = new QueueUnderTest()
    const worker = await queue.worker({ concurrency: 1 })
    const bull = queue.executor()
    await add.on(bull)(1, 1)
    await worker.close()
    const waits = add.on(bull)(2, 2)
    await bull.ready()
    expect((await bull.stats()).workers).toEqual([])
    await queue.worker()
    expect(await waits).toBe(4)
  })

  it('gives jobs back without a burnt attempt when its time is over', async () => {
    const queue = new QueueUnderTest()
    const journal = new Journal()
    const worker = await queue.worker({ concurrency: 1 })
    const call = queue.executor().submit(note, [journal.file, 'a', true])
    const rejected = expect(call).rejects.toMatchObject({ origin: 'control' })
    await journal.has('begin a')
    await worker.close({ timeoutMs: 50 })
    expect(journal.lines).toEqual(['begin a', 'stop a'])
    const foreign = foreignQueue(queue)
    const [job] = await foreign.getWaiting()
    expect(job?.attemptsMade).toBe(0)
    await job?.remove()
    await rejected
  })

  it('fails a begun task that may not run twice', async () => {
    const queue = new QueueUnderTest()
    const journal = new Journal()
    const worker = await queue.worker({ concurrency: 1 })
    const call = queue.executor().submit(noteOnce, [journal.file, 'a'])
    const rejected = expect(call).rejects.toMatchObject({
      code: 'CONC_WORKER_LOST',
      started: true,
    })
    await journal.has('begin a')
    await worker.close({ pending: 'reject' })
    await rejected
  })

  it.each([
    ['limit', () => limit(inline(), 1)],
    ['threads', () => new ThreadExecutor({ modules: [tasksModule], maxThreads: 1 })],
  ])('gives such a task back that still waits in its executor: %s', async (_, make) => {
    const queue = new QueueUnderTest()
    const journal = new Journal()
    const mine = make()
    later(() => mine.close({ pending: 'reject' }))
    const worker = await queue.worker({ executor: mine })
    const abort = new AbortController()
    const before = mine.submit(note, [journal.file, 'a', true], { signal: abort.signal })
    const rejected = expect(before).rejects.toThrow()
    await journal.has('begin a')
    const call = queue.executor().submit(addOnce, [1, 2])
    await expect.poll(() => mine.load.waiting).toBe(1)
    await worker.close({ pending: 'reject' })
    await queue.worker()
    expect(await call).toBe(3)
    abort.abort()
    await rejected
  })
})

describe('a task that ends its thread', () => {
  it('is run again, and refused as poison the third time', async () => {
    const queue = new QueueUnderTest()
    const journal = new Journal()
    await queue.worker()
    const error: unknown = await die
      .on(queue.executor())(journal.file)
      .catch((e: unknown) => e)
    expect(error).toBeInstanceOf(PoisonTaskError)
    expect((error as Error).cause).toBeInstanceOf(WorkerLostError)
    expect(journal.lines).toEqual(['begin', 'begin', 'begin'])
  })
})

describe('a task that no worker knows', () => {
  it('waits for a worker that does', async () => {
    const queue = new QueueUnderTest()
    await queue.worker()
    const later = task('bull-test/later', () => 'here it is', { module: import.meta.url })
    const versioned = task('bull-test/versioned', () => 2, {
      version: '2',
      module: import.meta.url,
    })
    // As another deploy would have it: what is asked for is not what this process knows.
    const foreign = foreignQueue(queue)
    await foreign.add('bull-test/versioned', { v: 1, n: 'bull-test/versioned@3', j: [] })
    const bull = queue.executor()
    expect(await bull.submit(add, [1, 2])).toBe(3)
    await vi.waitUntil(async () => (await foreign.getDelayedCount()) === 1, 20_000)
    expect([later.name, versioned.name]).toHaveLength(2)
    expect(await foreign.getFailedCount()).toBe(0)
  })

  it('fails after unknownTaskMs, with the names that live workers have', async () => {
    const queue = new QueueUnderTest()
    await queue.worker({ unknownTaskMs: 1 })
    const stranger = task('bull-test/stranger', () => 1, {
      version: 'old',
      module: import.meta.url,
    })
    const bull = queue.executor()
    const call = stranger.on(bull)()
    task('bull-test/stranger', () => 1, { version: 'new', module: import.meta.url })
    const error: unknown = await call.catch((e: unknown) => e)
    expect(error).toBeInstanceOf(UnknownTaskError)
    expect((error as Error).message).toContain('Live workers know: bull-test/add')
  })
})

describe('strangers in the queue', () => {
  it('fail with a plain message and are never decoded', async () => {
    const queue = new QueueUnderTest()
    await queue.worker()
    const foreign = foreignQueue(queue)
    const connection = new Redis(url, { maxRetriesPerRequest: null })
    const events = new QueueEvents(foreign.name, { connection, prefix: 'conc' })
    later(async () => {
      await events.close()
      connection.disconnect()
    })
    await events.waitUntilReady()
    const failed = new Promise<string>((resolve) => {
      events.on('failed', ({ failedReason }) => resolve(failedReason))
    })
    await foreign.add('bull-test/add', { a: 1, b: 2 })
    expect(await failed).toContain('was not made by @conc/bullmq')
  })

  it('cannot run anything where jobs are signed', async () => {
    const queue = new QueueUnderTest()
    await queue.worker({ signingKey: 'right' })
    expect(await add.on(queue.executor({ signingKey: 'right' }))(1, 2)).toBe(3)
    for (const options of [{ signingKey: 'wrong' }, {}]) {
      const call = add.on(queue.executor(options))(1, 2)
      await expect(call).rejects.toBeInstanceOf(AuthenticationError)
    }
  })

  it('cannot answer for a worker where results are signed', async () => {
    const queue = new QueueUnderTest()
    await queue.worker()
    // The worker has no key: it takes the job, and what it returns is not signed.
    const call = add.on(queue.executor({ signingKey: 'right' }))(1, 2)
    await expect(call).rejects.toBeInstanceOf(AuthenticationError)
  })
})

describe('priorities', () => {
  it('order waiting jobs, the higher first', async () => {
    const queue = new QueueUnderTest()
    const journal = new Journal()
    const bull = queue.executor({ priorities: true })
    const submit = (text: string, priority: number): Promise<string> =>
      bull.submit(note, [journal.file, text], { priority })
    const calls = [submit('low', -5), submit('high', 5), submit('middle', 0)]
    await bull.ready()
    await vi.waitUntil(async () => (await bull.stats()).waiting === 3)
    await queue.worker({ concurrency: 1 })
    await Promise.all(calls)
    const begun = journal.lines.filter((line) => line.startsWith('begin'))
    expect(begun).toEqual(['begin high', 'begin middle', 'begin low'])
  })
})

describe('dead letters', () => {
  it('are listed with their error, run again, and removed', async () => {
    const queue = new QueueUnderTest()
    await queue.worker()
    const bull = queue.executor()
    await expect(flaky.on(bull)(9)).rejects.toThrow('attempt 1')
    const letters: DeadLetter[] = []
    for await (const letter of bull.deadLetters.list()) letters.push(letter)
    expect(letters).toMatchObject([{ task: 'bull-test/flaky', reason: 'RangeError: attempt 1' }])
    expect(letters[0]?.error).toBeInstanceOf(RangeError)
    const id = letters[0]?.id as string
    await bull.deadLetters.retry(id)
    await vi.waitUntil(async () => (await bull.stats()).failed === 1)
    await bull.deadLetters.remove(id)
    expect((await bull.stats()).failed).toBe(0)
    await expect(bull.deadLetters.retry(id)).rejects.toThrow(`No failed job has the id '${id}'`)
  })
})

describe('orphans', () => {
  it('end with their submitter where that is asked for', async () => {
    const queue = new QueueUnderTest()
    const journal = new Journal()
    const bull = queue.executor({ orphans: 'cancel' })
    bull.submit(note, [journal.file, 'a']).catch(() => {})
    await vi.waitUntil(async () => (await bull.stats()).waiting === 1)
    // As if it had been killed: its lease runs out, and nobody cancels its jobs.
    const redis = new Redis(url)
    later(async () => redis.disconnect())
    await redis.del(await redis.keys(`conc:{conc-${queue.where.queue}}:submitter:*`))
    await queue.worker()
    const foreign = foreignQueue(queue)
    await vi.waitUntil(async () => (await foreign.getFailedCount()) === 1)
    expect(journal.lines).toEqual([])
  })
})
