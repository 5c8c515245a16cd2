import { setTimeout as sleep } from 'node:timers/promises'
import { inline, task } from '@conc/core'
import { describe, expect, it } from 'vitest'
import {
  getResult,
  iterWait,
  Pool,
  type PoolTask,
  type TaskFailure,
  type TaskHandle,
} from '../src/index.js'

const range = (from: number, to: number) => Array.from({ length: to - from }, (_, n) => from + n)
const sum = (numbers: readonly number[]) => numbers.reduce((total, n) => total + n, 0)

/** Real timers, of few milliseconds: what the examples of the documentation do, a hundred times faster. */
const worker = async (n: number, one?: PoolTask) => {
  if (n === 0) throw new RangeError('n is 0')
  return await sleep(10 / n, n, { signal: one?.signal as AbortSignal })
}
const nap = (_: unknown, one: PoolTask) => sleep(5000, 1, { signal: one.signal })

describe('usage', () => {
  it('spawnN in a block that joins', async () => {
    const handles: TaskHandle<number>[] = []
    {
      await using pool = new Pool(20)
      for (const n of range(1, 200)) handles.push(pool.spawnN((one) => worker(n, one)))
    }
    expect(sum(handles.map((handle) => handle.result()))).toBe(19900)
  })

  it('spawn, map and iterMap', async () => {
    const pool = new Pool(2)
    for (const n of [1, 2, 3]) await pool.spawn((one) => worker(n, one))
    const mapped = await pool.map(worker, range(0, 100))
    expect(mapped[0]).toBeInstanceOf(RangeError)
    expect(mapped.slice(1)).toEqual(range(1, 100))
    let total = 0
    for await (const n of pool.iterMap(worker, range(1, 11), { results: 'values', roundMs: 500 })) {
      total += n
    }
    expect(total).toBe(55)
  })

  it('callbacks', async () => {
    const pool = new Pool({ size: 2, name: 'io' })
    const log: string[] = []
    const cb = async (
      r: number | undefined,
      failure: TaskFailure | undefined,
      [limit, n]: readonly [Pool, number],
    ) => {
      if (failure) {
        log.push(limit.name, failure.stack ?? '')
        return failure.error
      }
      if (n === 1) throw new RangeError('from the callback')
      return await sleep(10 / (n - 1), (r as number) + n)
    }
    const called = range(0, 5).map((n) =>
      pool.spawnN(() => worker(n), { cb, ctx: [pool, n] as const }),
    )
    await pool.join()
    const results = called.map(getResult.flat)
    expect(results.slice(0, 2).every((one) => one instanceof RangeError)).toBe(true)
    expect(results.slice(2)).toEqual([4, 6, 8])
    expect(log[0]).toBe('io')
  })

  it('mapN, exec and iterWait', async () => {
    const pool = new Pool(2)
    const many = pool.mapN(worker, range(1, 11))
    expect(await pool.exec((one) => worker(2, one))).toBe(2)
    expect(await many[2]?.promise).toBe(3)
    const seen: number[] = []
    for await (const batch of iterWait(many, { flat: false, roundMs: 500 })) {
      seen.push(...(batch as number[]))
    }
    expect(sum(seen)).toBe(55)
  })

  it('cancel', async () => {
    const pool = new Pool(2)
    const one = await pool.spawn((own) => nap(0, own))
    const rest = pool.mapN(nap, range(0, 3))
    expect((await pool.cancel(one, rest[2] as TaskHandle<number>)).cancelled).toBe(2)
    expect((await pool.cancel()).cancelled).toBe(2)
  })

  it('a declared task somewhere else, eight at a time', async () => {
    const resize = task('pool-test/resize', async (path: string) => `${path} resized`)
    const session = inline({ name: 'session' })
    expect(await new Pool({ size: 8, executor: session }).map(resize, ['a', 'b'])).toEqual([
      'a resized',
      'b resized',
    ])
  })
})
