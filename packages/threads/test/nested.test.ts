import { TaskCancelledError } from '@conc/core'
import { ThreadExecutor } from '@conc/threads'
import { describe, expect, it, vi } from 'vitest'
import {
  add,
  alternating,
  changingItsMind,
  closing,
  depth,
  fibonacci,
  load,
  nest,
  nestedContext,
  nestedFail,
  nestedHeeding,
  nestedMove,
  nestedProgress,
  nestedRetry,
  nestedTimeout,
  OutOfStockError,
  oversleeping,
  parentOfLost,
  relay,
  sumStream,
  surrounded,
  surroundedBy,
  tenant,
  waiting,
} from './fixtures/tasks.mjs'
import { becomes, firstReport, Gate, words } from './gate.js'

describe('a nested call', () => {
  it.each([1, 2])('works at any depth on %s threads', async (maxThreads) => {
    await using threads = new ThreadExecutor({ maxThreads })
    expect(await threads.submit(depth, [200])).toBe(200)
    expect(await threads.submit(fibonacci, [12])).toBe(144)
    expect(threads.load).toMatchObject({ running: 0, waiting: 0 })
  })

  it('works, and is cancelled, beyond the calls that can be told exactly', async () => {
    await using threads = new ThreadExecutor({ maxThreads: 1, graceMs: 60_000 })
    expect(await threads.submit(depth, [1500])).toBe(1500)
    const endless = threads.submit(depth, [1e6], { timeoutMs: 300 })
    await expect(endless).rejects.toMatchObject({ code: 'CONC_TASK_TIMEOUT' })
    expect(await threads.submit(add, [1, 1])).toBe(2)
    await vi.waitUntil(() => threads.metrics().suspended === 0)
    expect(threads.load).toMatchObject({ running: 0, waiting: 0 })
    expect(threads.metrics().lost).toBe(0)
  }, 30_000)

  it('keeps to the limit of running bodies', async () => {
    await using threads = new ThreadExecutor({ maxThreads: 2 })
    const counts = words(0, 0)
    await Promise.all([1, 2, 3].map(() => threads.submit(nest, [counts.buffer, 4])))
    expect(counts.values[0]).toBe(0)
    expect(counts.values[1]).toBeLessThanOrEqual(2)
  })

  it.each([
    [1, 1],
    [1, 2],
    [2, 1],
  ])(
    'leaves its slot to its parent, on %s threads for %s tasks',
    async (maxThreads, tasksPerThread) => {
      await using threads = new ThreadExecutor({ maxThreads, tasksPerThread })
      const counts = words(0, 0)
      const parents = [3, 30, 60, 90].map((times) =>
        threads.submit(alternating, [counts.buffer, times]),
      )
      expect(await Promise.all(parents)).toEqual([1, 10, 20, 30])
      expect(counts.values[0]).toBe(0)
      expect(counts.values[1]).toBeLessThanOrEqual(maxThreads * tasksPerThread)
      expect(threads.load).toMatchObject({ running: 0, waiting: 0 })
      const { suspended, completed } = threads.metrics()
      expect({ suspended, completed }).toEqual({ suspended: 0, completed: 4 + (4 / 3) * 183 })
    },
  )

  it('that is given up keeps no slot from the next one', async () => {
    await using threads = new ThreadExecutor({ maxThreads: 1 })
    expect(await threads.submit(changingItsMind, [])).toEqual(['given up', 2])
  })

  it('knows its parent, its context and the pool', async () => {
    await using threads = new ThreadExecutor({ maxThreads: 1, name: 'mine' })
    const { own, nested, executor } = await tenant.run('acme', () =>
      threads.submit(nestedContext, [], { headers: { baggage: 'a=1' }, timeoutMs: 60_000 }),
    )
    expect(executor).toBe('mine')
    expect(nested).toMatchObject({
      tenant: 'acme',
      headers: { baggage: 'a=1' },
      executor: 'mine',
      parentId: own.parentId,
    })
    expect(nested.deadline).toBeTypeOf('number')
  })

  it('leaves the context it is made in to no other body', async () => {
    await using threads = new ThreadExecutor({ maxThreads: 1 })
    const parents = Array.from({ length: 100 }, () => threads.submit(surrounded, []))
    for (let i = 0; i < 200; i++) expect(await threads.submit(surroundedBy, [])).toBeUndefined()
    await Promise.all(parents)
  })

  it('brings errors whole', async () => {
    await using threads = new ThreadExecutor({ maxThreads: 1 })
    await expect(threads.submit(nestedFail, ['registered'])).rejects.toSatisfy(
      (error) => error instanceof OutOfStockError && error.sku === 'bolt',
    )
  })

  it('is cancelled with its parent', async () => {
    await using threads = new ThreadExecutor({ maxThreads: 2 })
    const [controller, started, flag] = [new AbortController(), firstReport(), words(0)]
    const call = threads.submit(nestedHeeding, [flag.buffer], {
      signal: controller.signal,
      onProgress: started.onProgress,
    })
    await started.promise
    await becomes(flag.values, 1)
    controller.abort('parent is over')
    await expect(call).rejects.toBe('parent is over')
    await becomes(flag.values, 2)
  })

  it('tells the parent that its thread was lost', async () => {
    await using threads = new ThreadExecutor({ maxThreads: 2 })
    const told = threads.submit(parentOfLost, [])
    // On two threads the child may run on the parent's own, which then is lost too.
    const outcome = await told.catch((error) => error)
    expect(outcome).toMatchObject({ code: 'CONC_WORKER_LOST', exitCode: 3, started: true })
  })

  it('repeats where the body asks for it, with a condition of its own', async () => {
    await using threads = new ThreadExecutor({ maxThreads: 1 })
    expect(await threads.submit(nestedRetry, [words(2).buffer])).toBe(3)
  })

  it('times out on its own', async () => {
    await using threads = new ThreadExecutor({ maxThreads: 1 })
    expect(await threads.submit(nestedTimeout, [])).toEqual({
      code: 'CONC_TASK_TIMEOUT',
      phase: 'running',
    })
  })

  it('whose time is over before a word of its start has come is not said to have waited', async () => {
    await using threads = new ThreadExecutor({ minThreads: 2, maxThreads: 2 })
    await threads.ready()
    expect(await threads.submit(oversleeping, [words(0, 0, 0).buffer])).toEqual(['unknown'])
  })

  it('moves values there and back, and reports progress', async () => {
    await using threads = new ThreadExecutor({ maxThreads: 2 })
    expect(await threads.submit(nestedMove, [1 << 20])).toEqual([1 << 20, 7])
    expect(await threads.submit(nestedProgress, [])).toEqual([0, 1, 2])
  })

  it('streams from thread to thread, and through one', async () => {
    await using threads = new ThreadExecutor({ maxThreads: 2 })
    expect(await threads.submit(sumStream, [100])).toBe(4950)
    let count = 0
    for await (const item of threads.stream(relay, [100])) expect(item).toBe(count++)
    expect(count).toBe(100)
    // The cancel of the outer body ends the inner one too, which is no failure of leaving it.
    for (let round = 0; round < 20; round++) {
      for await (const item of threads.stream(relay, [1e6])) if (item === 50) break
    }
    await using one = new ThreadExecutor({ maxThreads: 1 })
    expect(await one.submit(sumStream, [100])).toBe(4950)
  })

  it('gives its slot up for any other wait as well, and gets it back', async () => {
    await using threads = new ThreadExecutor({ maxThreads: 1 })
    const gate = new Gate()
    const waits = threads.submit(waiting, [gate.buffer])
    expect(await threads.submit(add, [1, 1])).toBe(2)
    expect(threads.metrics()).toMatchObject({ running: 0, suspended: 1 })
    gate.open()
    expect(await waits).toBe('back')
    expect(threads.load).toMatchObject({ running: 0, waiting: 0 })
  })

  it('sees the pool’s load, and cannot close it', async () => {
    await using threads = new ThreadExecutor({ maxThreads: 2 })
    const seen = await threads.submit(load, [])
    expect(seen).toMatchObject({
      load: { concurrency: 2, running: 1, queueLimit: Number.POSITIVE_INFINITY },
      capabilities: { cancel: 'forceful' },
    })
    await expect(threads.submit(closing, [])).rejects.toThrow(/closed by whoever made it/)
  })

  it('finds a thread where all are old and wait', async () => {
    await using threads = new ThreadExecutor({ maxThreads: 2, maxTasksPerWorker: 2 })
    const counts = words(0, 0)
    await Promise.all([1, 2, 3].map(() => threads.submit(nest, [counts.buffer, 3])))
    expect(await threads.submit(depth, [20])).toBe(20)
    expect(counts.values[0]).toBe(0)
    expect(counts.values[1]).toBeLessThanOrEqual(2)
    expect(threads.load).toMatchObject({ running: 0, waiting: 0 })
    expect(threads.metrics().recycled).toBeGreaterThan(0)
  })

  it('is finished by a close that waits', async () => {
    const threads = new ThreadExecutor({ maxThreads: 1 })
    const call = threads.submit(depth, [50])
    await threads.close()
    expect(await call).toBe(50)
  })

  it('ends with a close that does not wait', async () => {
    const threads = new ThreadExecutor({ maxThreads: 1, graceMs: 50 })
    const flag = words(0)
    const call = threads.submit(nestedHeeding, [flag.buffer])
    await becomes(flag.values, 1)
    const closed = threads.close({ pending: 'reject' })
    await expect(call).rejects.toBeInstanceOf(TaskCancelledError)
    await closed
  })
})
