import { TaskTimeoutError } from '@conc/core'
import { describe, expect, it } from 'vitest'
import { type PoolTask, TaskPool } from '../src/index.js'
import { waits } from './bodies.js'

describe('TaskPool', () => {
  describe('apply', () => {
    it('runs the same work several times and returns before any of it begins', async () => {
      const pool = new TaskPool()
      const calls: unknown[] = []
      const work = (a: string, b: number, task: PoolTask) => calls.push([a, b, task.id, task.name])
      const group = pool.apply(work, { args: ['x', 1], num: 2 })
      expect([group, calls, pool.numWaiting]).toEqual(['apply-work-group-0', [], 2])
      await pool.gatherAndClose()
      expect(calls).toEqual([
        ['x', 1, 0, `${pool.name}_Task-0`],
        ['x', 1, 1, `${pool.name}_Task-1`],
      ])
    })

    it('puts kwargs between the arguments and the task', async () => {
      const pool = new TaskPool()
      const seen: unknown[] = []
      pool.apply((a, options, task) => seen.push([a, options, task.id]), {
        args: ['x'],
        kwargs: { deep: true },
      })
      await pool.gatherAndClose()
      expect(seen).toEqual([['x', { deep: true }, 0]])
    })

    it('counts a function that throws at once as a failed task', async () => {
      const pool = new TaskPool()
      const failure = new RangeError('at once')
      pool.apply(() => {
        throw failure
      })
      await expect(pool.gatherAndClose()).rejects.toBe(failure)
      expect(pool.isClosed).toBe(true)
    })

    it('repeats a failed task as `retry` says, with one id and one onEnd', async () => {
      const pool = new TaskPool()
      const ends: number[] = []
      const ids: number[] = []
      const work = ({ id }: PoolTask) => {
        ids.push(id)
        if (ids.length < 3) throw new Error('not yet')
        return 'done'
      }
      pool.apply(work, { retry: 5, onEnd: (id) => ends.push(id) })
      const value = 'done'
      expect(await pool.gatherAndClose()).toEqual([{ status: 'fulfilled', value }])
      expect([ids, ends]).toEqual([[0, 0, 0], [0]])
    })

    it('cancels each task that takes longer than `timeoutMs`', async () => {
      const pool = new TaskPool()
      pool.apply(waits, { timeoutMs: 5, num: 2 })
      const outcomes = await pool.gatherAndClose()
      const reason = expect.any(TaskTimeoutError)
      expect(outcomes).toEqual([
        { status: 'cancelled', reason },
        { status: 'cancelled', reason },
      ])
    })
  })
})
