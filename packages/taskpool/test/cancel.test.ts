import { deferred } from '@conc/core/internal'
import { describe, expect, it } from 'vitest'
import {
  AlreadyCancelledError,
  AlreadyEndedError,
  type PoolTask,
  TaskNotFoundError,
  TaskPool,
} from '../src/index.js'
import { settled, waits } from './bodies.js'

describe('TaskPool', () => {
  describe('cancel', () => {
    it('cancels all of the ids or, if one is bad, none', async () => {
      const pool = new TaskPool()
      pool.apply(waits, { num: 2 })
      pool.apply(() => {})
      await settled()
      expect(() => pool.cancel([0, 9])).toThrow(`No task with ID 9 found in ${pool.name}`)
      expect(() => pool.cancel([0, 9])).toThrow(TaskNotFoundError)
      expect(() => pool.cancel([0, 1])).toThrow(AlreadyEndedError)
      expect(() => pool.cancel([0, 1])).toThrow(`'${pool.name}_Task-1' has finished running`)
      pool.cancel(0, { reason: 'why not' })
      expect(() => pool.cancel([2, 0])).toThrow(AlreadyCancelledError)
      expect(pool.numRunning).toBe(2)
      pool.cancel(new Set([2]))
      const [first, , second] = await pool.flush()
      expect(first).toEqual({ status: 'cancelled', reason: 'why not' })
      expect(second).toMatchObject({ status: 'cancelled', reason: { origin: 'cancel' } })
      expect(() => pool.cancel(0)).toThrow(TaskNotFoundError)
      await pool.gatherAndClose()
    })

    it('calls onCancel in the slot and then onEnd, the counters ahead of both', async () => {
      const pool = new TaskPool(1)
      const seen: unknown[] = []
      const told = deferred()
      const note = (what: string) => (id: number) => {
        seen.push([what, id, pool.numRunning, pool.numCancelled, pool.numEnded, pool.isFull])
        return told.promise
      }
      pool.apply(waits, { onCancel: note('cancel'), onEnd: note('end') })
      await settled()
      pool.cancel(0)
      await settled()
      expect(seen).toEqual([['cancel', 0, 0, 1, 0, true]])
      expect(() => pool.cancel(0)).toThrow(AlreadyCancelledError)
      told.resolve()
      await settled()
      expect(seen[1]).toEqual(['end', 0, 0, 0, 1, false])
      await pool.gatherAndClose()
    })

    it('comes too late for a task whose onEnd goes on', async () => {
      const pool = new TaskPool()
      const told = deferred()
      pool.apply(() => {}, { onEnd: () => told.promise })
      await settled()
      expect(() => pool.cancel(0)).toThrow(AlreadyEndedError)
      told.resolve()
      await pool.gatherAndClose()
    })

    it('counts a body that recovers or fails in its clean-up as what it is', async () => {
      const pool = new TaskPool()
      const failure = new Error('clean-up')
      const cancels: number[] = []
      const onCancel = (id: number) => cancels.push(id)
      const recovers = (task: PoolTask) => waits(task).catch(() => 'saved')
      const fails = (task: PoolTask) => waits(task).catch(() => Promise.reject(failure))
      pool.apply(recovers, { onCancel })
      pool.apply(fails, { onCancel })
      await settled()
      pool.cancelAll()
      expect(await pool.gatherAndClose({ throwOnError: false })).toEqual([
        { status: 'fulfilled', value: 'saved' },
        { status: 'rejected', reason: failure },
      ])
      expect(cancels).toEqual([])
    })

    it('finds tasks of a map that nobody has looked at', async () => {
      const pool = new TaskPool()
      const gate = deferred<string>()
      const tasks: PoolTask[] = []
      const group = pool.map(
        (_: number, task) => {
          tasks.push(task)
          return gate.promise
        },
        [0, 1, 2, 3],
        { numConcurrent: 3 },
      )
      await settled()
      pool.cancel([2, 0], { reason: 'enough' })
      expect(tasks.map(({ signal }) => signal.reason)).toEqual(['enough', undefined, 'enough'])
      expect(() => pool.cancel(0)).toThrow(AlreadyCancelledError)
      expect([pool.numRunning, pool.getGroupIds(group)]).toEqual([3, new Set([0, 1, 2])])
      gate.resolve('saved')
      await settled()
      expect(() => pool.cancel(1)).toThrow(AlreadyEndedError)
      const outcomes = await pool.gatherAndClose()
      expect(outcomes).toEqual(Array(4).fill({ status: 'fulfilled', value: 'saved' }))
    })

    it('finds tasks that looked at their signals in another order', async () => {
      const pool = new TaskPool()
      const gate = deferred()
      const tasks: PoolTask[] = []
      const keep = (_: number, task: PoolTask) => {
        tasks.push(task)
        return gate.promise
      }
      pool.map(keep, [0, 1, 2], { numConcurrent: 3 })
      pool.map(keep, [3, 4, 5], { numConcurrent: 3 })
      await settled()
      const signals = [4, 1, 3, 0].map((id) => tasks[id]?.signal)
      for (const id of [0, 1, 2, 3]) pool.cancel(id)
      expect(signals.map((signal) => signal?.aborted)).toEqual([false, true, true, true])
      expect(tasks.map(({ signal }) => signal.aborted)).toEqual([
        true,
        true,
        true,
        true,
        false,
        false,
      ])
      gate.resolve()
      expect(await pool.gatherAndClose()).toHaveLength(6)
    })

    it('shows in a signal that is read when the task is over', async () => {
      const pool = new TaskPool()
      const gate = deferred()
      const tasks: PoolTask[] = []
      const keep = (_: number, task: PoolTask) => {
        tasks.push(task)
        return gate.promise
      }
      const kept = pool.map(keep, [0, 1], { numConcurrent: 2 })
      await settled()
      pool.cancel(0, { reason: 'enough' })
      gate.resolve()
      await pool.flush()
      const signals = tasks.map(({ signal }) => signal)
      expect(signals.map(({ reason }) => reason)).toEqual(['enough', undefined])
      expect(tasks.map(({ signal }) => signal)).toEqual(signals)
      expect(tasks[1]).toMatchObject({ id: 1, group: kept, name: `${pool.name}_Task-1`, pool })
      await pool.gatherAndClose()
    })

    it('takes waiting submits along', async () => {
      const pool = new TaskPool(1)
      const running = pool.submit(() => new Promise(() => {}), [])
      const waiting = pool.submit(() => 1, [])
      await settled()
      pool.cancelAll({ reason: 'all' })
      await expect(running).rejects.toBe('all')
      await expect(waiting).rejects.toBe('all')
      expect([pool.numWaiting, pool.numRunning]).toEqual([0, 1])
    })
  })
})
