import { describe, expect, it } from 'vitest'
import { asyncNumberGenerator, numberGenerator, numbers } from '../src/pool/numbers.js'
import { RingLimit } from '../src/pool/ring-limit.js'
import { mapByAsyncIterator, mapByIndex, mapByIterator } from '../src/pool/runner-loop.js'
import { Semaphore } from '../src/pool/semaphore.js'
import { runCounted } from '../src/weave/counter-scheduler.js'

/** Counts how many run at once; each takes a few microtasks. */
class Gauge {
  running = 0
  most = 0

  readonly work = async (n: number): Promise<number> => {
    this.running++
    this.most = Math.max(this.most, this.running)
    for (let i = 0; i < n % 3; i++) await undefined
    await undefined
    this.running--
    return n
  }
}

describe('the floors do what the pool does', () => {
  it.each([
    ['mapByIndex', (gauge: Gauge) => mapByIndex(numbers(50), 4, gauge.work)],
    ['mapByIterator', (gauge: Gauge) => mapByIterator(numberGenerator(50), 4, gauge.work)],
    [
      'mapByAsyncIterator',
      (gauge: Gauge) => mapByAsyncIterator(asyncNumberGenerator(50), 4, gauge.work),
    ],
    [
      'RingLimit',
      (gauge: Gauge) => {
        const ring = new RingLimit(4)
        return Promise.all(numbers(50).map((n) => ring.exec(() => gauge.work(n))))
      },
    ],
  ])('%s: results in order, several at a time, never more than four', async (_name, run) => {
    const gauge = new Gauge()
    expect(await run(gauge)).toEqual(numbers(50))
    expect(gauge.most).toBeGreaterThan(1)
    expect(gauge.most).toBeLessThanOrEqual(4)
  })

  it('RingLimit grows beyond its first ring', async () => {
    const ring = new RingLimit(1)
    const results = numbers(5000).map((n) => ring.exec(async () => n))
    expect(await Promise.all(results)).toEqual(numbers(5000))
  })

  it('Semaphore wakes those that wait in order', async () => {
    const slots = new Semaphore(1)
    await slots.acquire()
    const order: number[] = []
    const waiting = [1, 2].map(async (n) => {
      await slots.acquire()
      order.push(n)
      slots.release()
    })
    slots.release()
    await Promise.all(waiting)
    expect(order).toEqual([1, 2])
  })
})

describe('the floor does what a weave does', () => {
  it('starts a task when what it needs is done, and gives all values', async () => {
    const record = await runCounted([
      { name: 'sum', needs: ['a', 'b'], body: async ({ a, b }: Values) => Number(a) + Number(b) },
      { name: 'a', needs: [], body: async () => 1 },
      { name: 'b', needs: ['a'], body: async ({ a }: Values) => Number(a) + 1 },
    ])
    expect({ ...record }).toEqual({ a: 1, b: 2, sum: 3 })
  })

  it('rejects with the error of a task', async () => {
    const body = () => Promise.reject(new Error('broken'))
    await expect(runCounted([{ name: 'a', needs: [], body }])).rejects.toThrow('broken')
  })

  it('refuses a name that is not there', () => {
    const tasks = [{ name: 'a', needs: ['b'], body: async () => 1 }]
    expect(() => runCounted(tasks)).toThrow('needs b')
  })
})

type Values = Readonly<Record<string, number>>
