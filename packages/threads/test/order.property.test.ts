import { ThreadExecutor } from '@conc/threads'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { gated, noted } from './fixtures/tasks.mjs'
import { firstReport, Gate } from './gate.js'

const arrival = fc.record({
  priority: fc.constantFrom(0, 0, 0, 1, 5, -1),
  isAborted: fc.boolean(),
  isLarge: fc.boolean(),
  /** Lets turns of the loop go by before the next one, so that some stand in line and some are sent ahead. */
  pause: fc.nat(2),
})

describe('calls behind a busy thread', () => {
  let threads: ThreadExecutor
  beforeAll(async () => {
    threads = new ThreadExecutor({ maxThreads: 1 })
    // A pace of short tasks, without which nothing is sent ahead.
    const warm = new SharedArrayBuffer(8000)
    for (let n = 0; n < 1000; n++) await threads.submit(noted, [warm, n])
  })
  afterAll(() => threads.close())

  it('start by priority, equal ones in order, and none that was aborted', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(arrival, { maxLength: 40 }), async (arrivals) => {
        const [gate, order] = [new Gate(), new SharedArrayBuffer(4 * (arrivals.length + 1))]
        const started = firstReport()
        const busy = threads.submit(gated, [gate.buffer], { onProgress: started.onProgress })
        await started.promise
        const calls = []
        const aborts: AbortController[] = []
        for (const [index, { priority, isAborted, isLarge, pause }] of arrivals.entries()) {
          const controller = new AbortController()
          const { signal } = controller
          const payload = isLarge ? [{ large: 'x'.repeat(300) }] : []
          calls.push(threads.submit(noted, [order, index, ...payload], { priority, signal }))
          if (isAborted) aborts.push(controller)
          for (let turns = 0; turns < pause; turns++) await new Promise(setImmediate)
        }
        for (const controller of aborts) controller.abort('aborted')
        gate.open()
        await Promise.allSettled([busy, ...calls])
        const expected = arrivals
          .map((one, index) => ({ ...one, index }))
          .filter(({ isAborted }) => !isAborted)
          .sort((one, other) => other.priority - one.priority || one.index - other.index)
        const [count = 0, ...begun] = new Int32Array(order)
        expect(begun.slice(0, count)).toEqual(expected.map(({ index }) => index))
        expect(threads.load).toMatchObject({ running: 0, waiting: 0 })
      }),
      { numRuns: 60 },
    )
  })
})
