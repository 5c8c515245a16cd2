import { getEventListeners } from 'node:events'
import { type Deferred, deferred } from '@conc/core/internal'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { TaskPool } from '../src/index.js'
import { settled } from './bodies.js'

const count = fc.integer({ min: 1, max: 5 })

/** The given items, from an array or one by one later. */
function source(items: number, isAsync: boolean): Iterable<number> | AsyncIterable<number> {
  const all = Array.from({ length: items }, (_, index) => index)
  if (!isAsync) return all
  return (async function* () {
    for (const item of all) yield item
  })()
}

describe('map', () => {
  it('runs as many items as it may, and fewer only for want of room or items', async () => {
    const ends = fc.array(fc.nat(4), { maxLength: 30, size: 'large' })
    await fc.assert(
      fc.asyncProperty(
        count,
        count,
        fc.nat(12),
        fc.boolean(),
        ends,
        async (size, limit, ...rest) => {
          const [items, isAsync, which] = rest
          const pool = new TaskPool({ poolSize: size, retain: 'errors' })
          const running = new Map<number, Deferred<void>>()
          let done = 0
          const work = (item: number): Promise<void> => {
            const gate = deferred()
            running.set(item, gate)
            return gate.promise
          }
          pool.map(work, source(items, isAsync), { numConcurrent: limit })
          for (const index of which) {
            await settled()
            expect(running.size).toBe(Math.min(size, limit, items - done))
            const [item, gate] = [...running][index % Math.max(running.size, 1)] ?? []
            if (item === undefined) break
            running.delete(item)
            gate?.resolve()
            done++
          }
          pool.cancelAll()
          for (const gate of running.values()) gate.resolve()
          await pool.gatherAndClose()
          expect([pool.numRunning, pool.numWaiting, pool.load.running]).toEqual([0, 0, 0])
        },
      ),
      { numRuns: 60 },
    )
  })

  it('shares the room with other calls, item by item', async () => {
    const pool = new TaskPool(1)
    const order: string[] = []
    const note = (item: string) => order.push(item)
    pool.map(note, ['a1', 'a2', 'a3'], { numConcurrent: 2 })
    pool.map(note, ['b1', 'b2', 'b3'])
    pool.apply(() => note('c'))
    await pool.gatherAndClose()
    expect(order).toEqual(['a1', 'b1', 'c', 'a2', 'b2', 'a3', 'b3'])
  })

  it('leaves no listener on the signal of its call', async () => {
    const pool = new TaskPool()
    const { signal } = new AbortController()
    pool.map((item: number) => item, [1, 2, 3], { signal, numConcurrent: 2 })
    pool.apply(() => 1, { signal, num: 3 })
    expect(getEventListeners(signal, 'abort')).toHaveLength(1)
    await pool.flush()
    await settled()
    expect(getEventListeners(signal, 'abort')).toHaveLength(0)
    await pool.gatherAndClose()
  })
})
