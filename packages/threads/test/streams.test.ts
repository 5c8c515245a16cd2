import { setImmediate as turn } from 'node:timers/promises'
import { WorkerLostError } from '@conc/core'
import { ThreadExecutor } from '@conc/threads'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import {
  add,
  badFinally,
  badItem,
  blobs,
  dyingStream,
  failingStream,
  leaving,
  noStream,
  range,
  shapes,
  sized,
  stuckStream,
  syncRange,
  unluckyStream,
} from './fixtures/tasks.mjs'
import { becomes, words } from './gate.js'

async function collect<T>(items: AsyncIterable<T>): Promise<{ items: T[]; error?: unknown }> {
  const taken: T[] = []
  try {
    for await (const item of items) taken.push(item)
    return { items: taken }
  } catch (error) {
    return { items: taken, error }
  }
}

describe('stream', () => {
  let threads: ThreadExecutor
  beforeAll(() => {
    threads = new ThreadExecutor({ maxThreads: 1 })
  })
  afterAll(() => threads.close())

  it('brings every item once and in order', async () => {
    const expected = Array.from({ length: 1000 }, (_, index) => index)
    expect(await collect(threads.stream(range, [1000]))).toEqual({ items: expected })
    expect(await collect(threads.stream(syncRange, [1000]))).toEqual({ items: expected })
    expect(await collect(threads.stream(range, [0]))).toEqual({ items: [] })
  })

  it('begins again where the body failed by what another executor did', async () => {
    expect(await collect(threads.stream(unluckyStream, [], { retry: 1 }))).toEqual({ items: [2] })
  })

  it('keeps the order of items, whatever way each of them takes', async () => {
    const came = {
      number: (index: number) => index,
      text: (index: number) => `${index}`,
      long: (index: number) => `${index} `.padEnd(300),
      object: (index: number) => ({ index }),
      big: (index: number) => BigInt(index),
      moved: (index: number) => Uint8Array.of(index),
      later: () => null,
    }
    const kinds = Object.keys(came) as (keyof typeof came)[]
    const kind = fc.oneof(
      { weight: 6, arbitrary: fc.constant('number' as const) },
      { weight: 4, arbitrary: fc.constantFrom(...kinds) },
    )
    await fc.assert(
      fc.asyncProperty(fc.array(kind, { maxLength: 200 }), async (kindOf) => {
        const items = kindOf.map((one, index) => came[one](index % 256))
        expect(await collect(threads.stream(shapes, [kindOf]))).toEqual({ items })
      }),
      { numRuns: 50 },
    )
  })

  it('starts nothing before the first item is asked for', async () => {
    const produced = words(0, 0)
    const items = threads.stream(range, [5, produced.buffer])
    await threads.submit(add, [1, 1])
    expect(produced.values[0]).toBe(0)
    await items.return()
    expect(await items.next()).toEqual({ done: true, value: undefined })
  })

  it('is at most 16 items ahead', async () => {
    const produced = words(0, 0)
    const items = threads.stream(range, [1000, produced.buffer])
    for (let taken = 1; taken <= 100; taken++) {
      expect((await items.next()).value).toBe(taken - 1)
      // The body counts an item when it makes it, which is one before it hands it over.
      expect(produced.values[0]).toBeLessThanOrEqual(taken + 17)
    }
    await items.return()
  })

  it('is at most about 1 MiB ahead', async () => {
    const produced = words(0)
    const size = 1 << 19
    const items = threads.stream(blobs, [20, size, produced.buffer])
    for (let taken = 1; taken <= 20; taken++) {
      const { value } = await items.next()
      expect((value as Uint8Array)[0]).toBe(taken - 1)
      expect(produced.values[0]).toBeLessThanOrEqual(taken + 4)
    }
    expect((await items.next()).done).toBe(true)
  })

  it('never stands still, whatever its items weigh', async () => {
    const size = fc.constantFrom(0, 1, 1 << 16, 1 << 19, 1 << 20, 1 << 21)
    await fc.assert(
      fc.asyncProperty(fc.array(size, { maxLength: 40 }), async (sizes) => {
        const { items } = await collect(threads.stream(sized, [sizes]))
        expect(items.map(({ byteLength }) => byteLength)).toEqual(sizes)
      }),
      { numRuns: 20 },
    )
  })

  it('brings every item to a consumer that pauses now and then', async () => {
    const pauses = fc.uniqueArray(fc.nat(499), { maxLength: 100 })
    const tasks = fc.constantFrom(range, syncRange)
    await fc.assert(
      fc.asyncProperty(pauses, tasks, async (paused, task) => {
        const at = new Set(paused)
        let count = 0
        for await (const item of threads.stream(task, [500])) {
          expect(item).toBe(count++)
          if (at.has(item)) await turn()
        }
        expect(count).toBe(500)
      }),
      { numRuns: 50 },
    )
  })

  it('lets other calls of its thread in, though its generator never waits', async () => {
    await using one = new ThreadExecutor({ maxThreads: 1, tasksPerThread: 2 })
    let sum: Promise<number> | undefined
    let isOver = false
    for await (const _ of one.stream(syncRange, [Number.POSITIVE_INFINITY])) {
      sum ??= one.submit(add, [1, 1]).finally(() => {
        isOver = true
      })
      if (isOver) break
    }
    expect(await sum).toBe(2)
  })

  it('runs the generator’s finally when it is left', async () => {
    const produced = words(0, 0)
    for await (const item of threads.stream(range, [1000, produced.buffer])) if (item === 3) break
    expect(produced.values[1]).toBe(1)
    expect(threads.load.running).toBe(0)
  })

  it('passes on what finally throws', async () => {
    const left = (async () => {
      for await (const _ of threads.stream(badFinally, [])) break
    })()
    await expect(left).rejects.toBeInstanceOf(EvalError)
  })

  it('brings the error after the items before it', async () => {
    const { items, error } = await collect(threads.stream(failingStream, [20]))
    expect(items).toHaveLength(20)
    expect(error).toBeInstanceOf(RangeError)
  })

  it('brings the items that arrived before its thread was lost', async () => {
    const { items, error } = await collect(threads.stream(dyingStream, [1]))
    expect(items.length).toBeLessThanOrEqual(1)
    expect(error).toBeInstanceOf(WorkerLostError)
    expect(error).toMatchObject({ exitCode: 5, started: true })
    expect(await threads.submit(add, [1, 1])).toBe(2)
  })

  it('refuses an item that cannot travel, after those before it', async () => {
    const { items, error } = await collect(threads.stream(badItem, []))
    expect(items).toEqual([1])
    expect(error).toMatchObject({ code: 'CONC_SERIALIZATION', path: 'item.bad' })
  })

  it('refuses a task that returns nothing to iterate', async () => {
    const { error } = await collect(threads.stream(noStream, []))
    expect(error).toMatchObject({ code: 'CONC_UNSUPPORTED_WORK' })
  })

  it('ends the thread of a generator that does not heed its end', async () => {
    await using strict = new ThreadExecutor({ maxThreads: 1, graceMs: 50 })
    const items = strict.stream(stuckStream, [])
    expect((await items.next()).value).toBe(1)
    const pending = items.next()
    await items.return()
    expect(await pending).toEqual({ done: true, value: undefined })
    expect(await strict.submit(add, [1, 1])).toBe(2)
  })

  it('ends when its signal aborts', async () => {
    const [controller, produced] = [new AbortController(), words(0, 0)]
    const items = threads.stream(range, [1000, produced.buffer], { signal: controller.signal })
    await items.next()
    controller.abort('enough')
    await expect(items.next()).rejects.toBe('enough')
    expect(await threads.submit(add, [1, 1])).toBe(2)
    expect(produced.values[1]).toBe(1)
  })

  it('runs side by side on several threads', async () => {
    await using two = new ThreadExecutor({ maxThreads: 2 })
    const sums = await Promise.all(
      [100, 200, 300].map(async (n) => {
        const { items } = await collect(two.stream(range, [n]))
        return items.length
      }),
    )
    expect(sums).toEqual([100, 200, 300])
  })

  it('repeats only until there is an item', async () => {
    const { items, error } = await collect(threads.stream(failingStream, [2], { retry: 3 }))
    expect(items).toEqual([0, 1])
    expect(error).toBeInstanceOf(RangeError)
  })

  it('has begun, whenever a close cuts off what it had made', async () => {
    const one = new ThreadExecutor({ maxThreads: 1 })
    const items = one.stream(range, [3])
    await items.next()
    await expect.poll(() => one.load.running).toBe(0)
    await one.close()
    await expect(items.next()).rejects.toMatchObject({ origin: 'shutdown', started: true })
  })

  it.each([1, 2])('ends with close where its body is over, on %i threads', async (maxThreads) => {
    const one = new ThreadExecutor({ maxThreads })
    const produced = words(0, 0)
    expect(await one.submit(leaving, [1000, produced.buffer])).toBe(0)
    await one.close()
    expect(produced.values[1]).toBe(1)
  })

  it('leaves the closing executor nothing to wait for', async () => {
    const one = new ThreadExecutor({ maxThreads: 1 })
    const produced = words(0, 0)
    const items = one.stream(range, [1e6, produced.buffer])
    await items.next()
    const closed = one.close({ pending: 'reject' })
    await expect(items.next()).rejects.toMatchObject({ origin: 'close' })
    await closed
    await becomes(produced.values.subarray(1), 1)
  })
})
