import { ThreadExecutor } from '@conc/threads'
import fc from 'fast-check'
import { describe, expect, it, vi } from 'vitest'
import {
  add,
  alternating,
  crowded,
  depth,
  endless,
  exit,
  fail,
  range,
  relay,
  stubborn,
} from './fixtures/tasks.mjs'
import { words } from './gate.js'

type Settled = PromiseSettledResult<unknown>

/** Takes all items of a stream that counts, and notes those that come out of order. */
async function pull(items: AsyncIterable<number>, astray: number[]): Promise<number> {
  let count = 0
  for await (const item of items) if (item !== count++) astray.push(item)
  return count
}

describe('random interleavings', () => {
  it('of 10 000 aborts and completions settle each call once, without an unhandled rejection', async () => {
    const unhandled: unknown[] = []
    const note = (reason: unknown) => void unhandled.push(reason)
    process.on('unhandledRejection', note)
    await using threads = new ThreadExecutor({ maxThreads: 2, graceMs: 60_000 })
    let [aborted, completed] = [0, 0]
    try {
      for (let round = 0; round < 100; round++) {
        const controllers = Array.from({ length: 100 }, () => new AbortController())
        const calls = controllers.map(({ signal }, index) =>
          threads.submit(add, [round, index], { signal }).then(
            (value) => {
              expect(value).toBe(round + index)
              completed++
            },
            (reason) => {
              expect(reason).toBe(index)
              aborted++
            },
          ),
        )
        // Before the start, at some time while they run, and after: whatever comes first wins.
        for (const [index, controller] of controllers.entries()) {
          if (index % 3 === 0) controller.abort(index)
          else if (index % 3 === 1) void calls[index - 1]?.then(() => controller.abort(index))
          else void calls[(index * 7) % 100]?.then(() => controller.abort(index))
        }
        await Promise.all(calls)
      }
    } finally {
      process.off('unhandledRejection', note)
    }
    expect(aborted + completed).toBe(10_000)
    expect(completed).toBeGreaterThan(0)
    expect(unhandled).toEqual([])
    // An aborted call rejects before its body has ended.
    await vi.waitUntil(() => threads.load.running === 0)
    expect(threads.metrics()).toMatchObject({ threads: 2, waiting: 0, lost: 0 })
  })

  const step = fc.oneof(
    { weight: 6, arbitrary: fc.record({ kind: fc.constant('add' as const), abort: fc.boolean() }) },
    {
      weight: 3,
      arbitrary: fc.record({ kind: fc.constant('depth' as const), abort: fc.boolean() }),
    },
    {
      weight: 2,
      arbitrary: fc.record({ kind: fc.constant('alternating' as const), abort: fc.boolean() }),
    },
    {
      weight: 2,
      arbitrary: fc.record({ kind: fc.constant('crowded' as const), abort: fc.boolean() }),
    },
    {
      weight: 2,
      arbitrary: fc.record({
        kind: fc.constantFrom('range' as const, 'relay' as const),
        abort: fc.boolean(),
      }),
    },
    {
      weight: 1,
      arbitrary: fc.record({ kind: fc.constant('fail' as const), abort: fc.boolean() }),
    },
    {
      weight: 1,
      arbitrary: fc.record({ kind: fc.constant('exit' as const), abort: fc.boolean() }),
    },
    {
      weight: 1,
      arbitrary: fc.record({ kind: fc.constant('endless' as const), abort: fc.constant(true) }),
    },
    {
      weight: 1,
      arbitrary: fc.record({ kind: fc.constant('stubborn' as const), abort: fc.constant(true) }),
    },
  )

  it('of calls, streams, aborts, nested calls, deaths and closes keep every promise', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(step, { minLength: 1, maxLength: 12 }),
        fc.integer({ min: 1, max: 2 }),
        fc.integer({ min: 1, max: 2 }),
        fc.constantFrom('run' as const, 'reject' as const),
        async (steps, maxThreads, tasksPerThread, pending) => {
          const threads = new ThreadExecutor({ maxThreads, tasksPerThread, graceMs: 5 })
          const counts = words(0, 0)
          const settled: Promise<Settled>[] = []
          const astray: number[] = []
          for (const { kind, abort } of steps) {
            const controller = new AbortController()
            const { signal } = controller
            const call = {
              add: () => threads.submit(add, [1, 1], { signal }),
              depth: () => threads.submit(depth, [5], { signal }),
              alternating: () => threads.submit(alternating, [counts.buffer, 4], { signal }),
              crowded: () => threads.submit(crowded, [counts.buffer], { signal }),
              range: () => pull(threads.stream(range, [60], { signal }), astray),
              relay: () => pull(threads.stream(relay, [60], { signal }), astray),
              fail: () => threads.submit(fail, ['type'], { signal }),
              exit: () => threads.submit(exit, [1], { signal }),
              endless: () => threads.submit(endless, [], { signal }),
              stubborn: () => threads.submit(stubborn, [], { signal }),
            }[kind]()
            settled.push(Promise.allSettled([call]).then(([one]) => one as Settled))
            if (abort) setImmediate(() => controller.abort('aborted'))
            await new Promise((resolve) => setImmediate(resolve))
            expect(threads.load.running).toBeLessThanOrEqual(maxThreads * tasksPerThread)
          }
          const closed = threads.close({ pending })
          expect(await Promise.all(settled)).toHaveLength(steps.length)
          await closed
          expect(astray).toEqual([])
          expect(counts.values[1]).toBeLessThanOrEqual(maxThreads * tasksPerThread)
          expect(threads.load).toMatchObject({ running: 0, waiting: 0 })
          expect(threads.metrics().threads).toBe(0)
        },
      ),
      { numRuns: 25 },
    )
  }, 120_000)
})
