import { WorkerLostError } from '@conc/core'
import { ThreadExecutor, type ThreadExecutorOptions } from '@conc/threads'
import { describe, expect, it } from 'vitest'
import {
  add,
  counted,
  crowded,
  echo,
  exit,
  gated,
  nest,
  surrounded,
  surroundedBy,
} from './fixtures/tasks.mjs'
import { firstReport, Gate, words } from './gate.js'

/** An executor that has seen enough short tasks to send calls to threads that are still busy. */
async function quick(options: ThreadExecutorOptions): Promise<ThreadExecutor> {
  const threads = new ThreadExecutor(options)
  for (let i = 0; i < 20; i++) {
    await Promise.all(Array.from({ length: 50 }, (_, n) => threads.submit(add, [n, n])))
  }
  return threads
}

describe('calls that were sent to a busy thread', () => {
  it('are taken back for a free one when the thread takes longer than expected', async () => {
    await using threads = await quick({ maxThreads: 2 })
    const gate = new Gate()
    const calls = Array.from({ length: 300 }, (_, n) => threads.submit(add, [n, 0]))
    const blocked = threads.submit(gated, [gate.buffer, 'late'])
    calls.push(...Array.from({ length: 300 }, (_, n) => threads.submit(add, [n, 0])))
    // The gate is shut: what stood behind the blocked body has to run elsewhere.
    await Promise.all(calls)
    expect(threads.load).toMatchObject({ running: 1, waiting: 0 })
    gate.open()
    expect(await blocked).toBe('late')
  })

  it('count as waiting and never run once they are cancelled', async () => {
    await using threads = await quick({ maxThreads: 1 })
    const [gate, counter, started] = [new Gate(), words(0), firstReport()]
    const blocked = threads.submit(gated, [gate.buffer], { onProgress: started.onProgress })
    const controller = new AbortController()
    const calls = Array.from({ length: 40 }, () =>
      threads.submit(counted, [counter.buffer], { signal: controller.signal }),
    )
    await started.promise
    expect(threads.load).toMatchObject({ running: 1, waiting: 40 })
    expect(threads.metrics()).toMatchObject({ running: 1, waiting: 40, suspended: 0 })
    controller.abort('off')
    const outcomes = await Promise.allSettled(calls)
    expect(outcomes.every((one) => one.status === 'rejected' && one.reason === 'off')).toBe(true)
    gate.open()
    await blocked
    expect(await threads.submit(add, [1, 1])).toBe(2)
    expect(counter.values[0]).toBe(0)
  })

  it('begin outside of the context of the body that gives its slot up', async () => {
    await using threads = await quick({ maxThreads: 1 })
    const parent = threads.submit(surrounded, [])
    const behind = Array.from({ length: 10 }, () => threads.submit(surroundedBy, []))
    expect(await Promise.all(behind)).toEqual(behind.map(() => undefined))
    expect(await parent).toBe(2)
  })

  it('come after a call of higher priority', async () => {
    await using threads = await quick({ maxThreads: 1 })
    const [gate, started] = [new Gate(), firstReport()]
    const order: unknown[] = []
    const blocked = threads.submit(gated, [gate.buffer], { onProgress: started.onProgress })
    const note = (value: unknown) => void order.push(value)
    const low = [1, 2, 3].map((n) => threads.submit(echo, [n]).then(note))
    await started.promise
    const high = threads.submit(echo, ['high'], { priority: 1 }).then(note)
    gate.open()
    await Promise.all([blocked, high, ...low])
    expect(order).toEqual(['high', 1, 2, 3])
  })

  it('start in order', async () => {
    await using threads = await quick({ maxThreads: 1 })
    const order: unknown[] = []
    const expected = Array.from({ length: 500 }, (_, n) => n)
    await Promise.all(
      expected.map((n) => threads.submit(echo, [n]).then((value) => order.push(value))),
    )
    expect(order).toEqual(expected)
  })

  it('do not break the limit while bodies come back from nested calls', async () => {
    await using threads = await quick({ maxThreads: 2 })
    const counts = words(0, 0)
    const trees = [1, 2, 3].map(() => threads.submit(nest, [counts.buffer, 4]))
    const flat = Array.from({ length: 300 }, () => threads.submit(crowded, [counts.buffer]))
    await Promise.all([...trees, ...flat])
    expect(counts.values[0]).toBe(0)
    expect(counts.values[1]).toBeLessThanOrEqual(2)
  })

  it('run elsewhere when the thread dies', async () => {
    await using threads = await quick({ maxThreads: 2 })
    const calls = Array.from({ length: 400 }, (_, n) =>
      n % 100 === 50 ? threads.submit(exit, [1]) : threads.submit(add, [n, 0]),
    )
    for (const [n, outcome] of (await Promise.allSettled(calls)).entries()) {
      if (n % 100 === 50) expect(outcome).toMatchObject({ reason: expect.any(WorkerLostError) })
      else expect(outcome).toEqual({ status: 'fulfilled', value: n })
    }
    expect(threads.metrics()).toMatchObject({ lost: 4, waiting: 0, running: 0 })
  })

  it('are not given up for the deaths of those before them', async () => {
    await using threads = await quick({ maxThreads: 1 })
    const deaths = Array.from({ length: 8 }, () => threads.submit(exit, [1]))
    const behind = Array.from({ length: 20 }, (_, n) => threads.submit(add, [n, 0]))
    for (const death of deaths) await expect(death).rejects.toMatchObject({ started: true })
    expect(await Promise.all(behind)).toEqual(Array.from({ length: 20 }, (_, n) => n))
  })

  it('refuse one whose values cannot travel, and no other', async () => {
    await using threads = await quick({ maxThreads: 1 })
    const calls = Array.from({ length: 50 }, (_, n) =>
      threads.submit(echo, [n === 30 ? { bad: () => {} } : n]),
    )
    for (const [n, outcome] of (await Promise.allSettled(calls)).entries()) {
      if (n === 30) expect(outcome).toMatchObject({ reason: { path: 'args[0].bad' } })
      else expect(outcome).toEqual({ status: 'fulfilled', value: n })
    }
  })

  it('are not more than a thread may take', async () => {
    await using threads = await quick({ maxThreads: 1, maxTasksPerWorker: 100 })
    const calls = Array.from({ length: 200 }, (_, n) => threads.submit(add, [n, 0]))
    expect(await Promise.all(calls)).toHaveLength(200)
    expect(threads.metrics().recycled).toBeGreaterThanOrEqual(11)
  })
})
