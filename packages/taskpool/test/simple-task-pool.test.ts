import { deferred } from '@conc/core/internal'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { PoolLockedError, type PoolTask, SimpleTaskPool } from '../src/index.js'
import { settled, waits } from './bodies.js'

describe('SimpleTaskPool', () => {
  it('starts its function with its arguments, in groups that count up', async () => {
    const seen: unknown[] = []
    const work = (a: string, task: PoolTask) => seen.push([a, task.group])
    const pool = new SimpleTaskPool(work, { args: ['x'] })
    expect([pool.funcName, pool.start(2), pool.start(1)]).toEqual([
      'work',
      'start-group-0',
      'start-group-1',
    ])
    await pool.gatherAndClose()
    expect(seen.sort()).toEqual([
      ['x', 'start-group-0'],
      ['x', 'start-group-0'],
      ['x', 'start-group-1'],
    ])
  })

  it('puts kwargs between its arguments and the task', async () => {
    const seen: unknown[] = []
    const work = (a: string, options: { deep: boolean }, task: PoolTask) =>
      seen.push([a, options, task.id])
    const pool = new SimpleTaskPool(work, { args: ['x'], kwargs: { deep: true } })
    pool.start(2)
    await pool.gatherAndClose()
    expect(seen).toEqual([
      ['x', { deep: true }, 0],
      ['x', { deep: true }, 1],
    ])
  })

  it('stops the newest first, and nobody twice', async () => {
    const pool = new SimpleTaskPool(waits)
    pool.start(3)
    await settled()
    expect([pool.stop(2), pool.stop(2), pool.stop(1)]).toEqual([[2, 1], [0], []])
    await pool.gatherAndClose()
  })

  it('withdraws starts that wait for room before it cancels anybody', async () => {
    const pool = new SimpleTaskPool(waits, { poolSize: 2 })
    pool.start(4)
    await settled()
    expect([pool.numRunning, pool.numWaiting]).toEqual([2, 2])
    expect([pool.stop(1), pool.numWaiting]).toEqual([[], 1])
    expect([pool.stop(2), pool.numWaiting]).toEqual([[1], 0])
    expect(pool.stopAll()).toEqual([0])
    await pool.gatherAndClose()
  })

  it('withdraws the starts that came last first', async () => {
    const pool = new SimpleTaskPool(waits, { poolSize: 0 })
    const [first, last] = [pool.start(2), pool.start(2)]
    expect([pool.stop(3), pool.numWaiting]).toEqual([[], 1])
    pool.poolSize = 5
    await settled()
    expect([pool.getGroupIds(first), pool.getGroupIds(last)]).toEqual([new Set([0]), new Set()])
    expect(pool.stopAll()).toEqual([0])
    await pool.gatherAndClose()
  })

  it('leaves submitted tasks alone when it stops its own', async () => {
    const pool = new SimpleTaskPool(waits)
    const gate = deferred<string>()
    const submitted = pool.submit(() => gate.promise, [])
    pool.start(1)
    await settled()
    expect(pool.stopAll()).toEqual([1])
    gate.resolve('done')
    expect(await submitted).toBe('done')
    await pool.gatherAndClose()
  })

  it('calls the callbacks of all its tasks', async () => {
    const ended: string[] = []
    const pool = new SimpleTaskPool(waits, {
      onCancel: (id) => ended.push(`cancelled ${id}`),
      onEnd: (id, { settled: { status } }) => ended.push(`${status} ${id}`),
    })
    pool.start(1)
    await settled()
    pool.stopAll()
    await pool.gatherAndClose()
    expect(ended).toEqual(['cancelled 0', 'cancelled 0'])
  })

  it('starts nothing while locked, and stops all the same', async () => {
    const pool = new SimpleTaskPool(waits)
    pool.start(1)
    await settled()
    pool.lock()
    expect(() => pool.start(1)).toThrow(PoolLockedError)
    expect(() => pool.start(0)).toThrow('`num`')
    expect(pool.stopAll()).toEqual([0])
    await pool.gatherAndClose()
  })

  it('runs as many as started less stopped, in any order of steps', async () => {
    const step = fc.record({
      start: fc.boolean(),
      num: fc.integer({ min: 1, max: 4 }),
      ticks: fc.nat(3),
      size: fc.option(fc.integer({ min: 0, max: 6 })),
    })
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 30 }), async (all) => {
        const pool = new SimpleTaskPool(waits, { poolSize: 3 })
        let expected = 0
        for (const { start, num, ticks, size } of all) {
          if (size !== null) pool.poolSize = size
          if (start) pool.start(num)
          else expect(pool.stop(num).length).toBeLessThanOrEqual(num)
          expected = start ? expected + num : Math.max(expected - num, 0)
          for (let tick = 0; tick < ticks; tick++) await Promise.resolve()
        }
        await settled()
        expect(pool.numRunning + pool.numWaiting).toBe(expected)
        pool.poolSize = 100
        await settled()
        expect([pool.numRunning, pool.numWaiting]).toEqual([expected, 0])
        expect(pool.stopAll()).toHaveLength(expected)
        await pool.gatherAndClose()
      }),
    )
  })
})
