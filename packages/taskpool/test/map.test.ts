import { deferred } from '@conc/core/internal'
import { describe, expect, it } from 'vitest'
import { GroupNotFoundError, type PoolTask, TaskPool } from '../src/index.js'
import { settled, waits } from './bodies.js'

describe('TaskPool', () => {
  describe('map', () => {
    it('starts the next item as soon as any of its tasks has ended', async () => {
      const pool = new TaskPool()
      const gates = [deferred(), deferred(), deferred(), deferred()]
      const started: number[] = []
      const work = async (item: number) => {
        started.push(item)
        await gates[item]?.promise
      }
      pool.map(work, [0, 1, 2, 3], { numConcurrent: 2 })
      await settled()
      expect(started).toEqual([0, 1])
      gates[1]?.resolve()
      await settled()
      expect(started).toEqual([0, 1, 2])
      gates[2]?.resolve()
      await settled()
      expect(started).toEqual([0, 1, 2, 3])
      for (const gate of gates) gate.resolve()
      await pool.gatherAndClose()
    })

    it('starts the next item before the onEnd of the last one is over', async () => {
      const pool = new TaskPool(1)
      const told = deferred()
      const started: number[] = []
      pool.map((item: number) => started.push(item), [0, 1], { onEnd: () => told.promise })
      await settled()
      expect([started, pool.numEnded]).toEqual([[0, 1], 2])
      told.resolve()
      await pool.gatherAndClose()
    })

    it('pulls a sync source with room in hand only, an async one an item ahead', async () => {
      const pool = new TaskPool(0)
      const pulled: string[] = []
      function* numbers() {
        pulled.push('sync')
        yield 1
      }
      async function* letters() {
        pulled.push('async')
        yield 'a'
        pulled.push('async again')
      }
      const work = () => {}
      pool.map(work, numbers())
      pool.map(work, letters())
      await settled()
      expect(pulled).toEqual(['async'])
      pool.poolSize = 1
      await pool.gatherAndClose()
      expect(pulled).toEqual(['async', 'sync', 'async again'])
    })

    it('ends when its source throws, runs what it gave, and reports the error', async () => {
      const pool = new TaskPool()
      const failure = new Error('source')
      const seen: number[] = []
      function* source() {
        yield 1
        throw failure
      }
      pool.map((item: number) => seen.push(item), source())
      await settled()
      expect(pool.numWaiting).toBe(0)
      pool.map((item: number) => seen.push(item), [2])
      await expect(pool.gatherAndClose()).rejects.toBe(failure)
      expect(seen).toEqual([1, 2])
    })

    it('stops pulling when the group is cancelled, and closes the source once', async () => {
      const pool = new TaskPool()
      let returns = 0
      const source: Iterable<number> = {
        [Symbol.iterator]: () => ({
          next: () => ({ done: false as const, value: 1 }),
          return: () => {
            returns++
            return { done: true as const, value: undefined }
          },
        }),
      }
      const group = pool.map((_: number, task) => waits(task), source, { numConcurrent: 3 })
      await settled()
      pool.cancelGroup(group)
      expect([pool.numWaiting, pool.numRunning, returns]).toEqual([0, 3, 1])
      await pool.flush()
      expect([pool.numRunning, returns]).toEqual([0, 1])
      expect(() => pool.getGroupIds(group)).toThrow(GroupNotFoundError)
    })

    it('repeats failed items, each as one task, and no more at a time than it may', async () => {
      const pool = new TaskPool(2)
      const attempts = new Map<number, number>()
      let running = 0
      const work = async (item: number) => {
        expect(++running).toBeLessThanOrEqual(2)
        await Promise.resolve()
        running--
        const made = (attempts.get(item) ?? 0) + 1
        attempts.set(item, made)
        if (made <= item % 3) throw new Error('not yet')
        return item
      }
      pool.map(work, [0, 1, 2, 3, 4, 5], { numConcurrent: 2, retry: 2 })
      const outcomes = await pool.gatherAndClose()
      expect(outcomes).toEqual([0, 1, 2, 3, 4, 5].map((value) => ({ status: 'fulfilled', value })))
      expect([...attempts.values()].sort()).toEqual([1, 1, 2, 2, 3, 3])
      expect(pool.load.running).toBe(0)
    })

    it('cancels a task between two attempts, without an onCancel', async () => {
      const pool = new TaskPool()
      const told: string[] = []
      const fail = () => Promise.reject(new Error('no'))
      pool.map(fail, [1, 2], {
        retry: { times: 9, delayMs: 60_000 },
        onCancel: () => told.push('cancel'),
        onEnd: (id, { settled: { status } }) => told.push(`${status} ${id}`),
      })
      await settled()
      expect([pool.numRunning, pool.load.running]).toEqual([1, 0])
      pool.cancel(0, { reason: 'enough' })
      await settled()
      expect(pool.numRunning).toBe(1)
      pool.cancelAll()
      await pool.gatherAndClose()
      expect(told).toEqual(['cancelled 0', 'cancelled 1'])
    })

    it('counts its tasks as any other, and leaves those that run to a later flush', async () => {
      const pool = new TaskPool()
      const gates = [deferred<string>(), deferred<string>()]
      const work = (item: number) => gates[item]?.promise
      const group = pool.map(work, [0, 1], { numConcurrent: 2 })
      await settled()
      expect([pool.numRunning, pool.numEnded, pool.load.running]).toEqual([2, 0, 2])
      gates[1]?.resolve('b')
      await settled()
      expect([pool.numRunning, pool.numEnded, pool.load.running]).toEqual([1, 1, 1])
      const flushed = await pool.flush({ groups: true })
      expect(flushed).toEqual([{ status: 'fulfilled', value: 'b' }])
      expect([pool.numEnded, pool.getGroupIds(group)]).toEqual([0, new Set([0])])
      gates[0]?.resolve('a')
      expect(await pool.gatherAndClose()).toEqual([{ status: 'fulfilled', value: 'a' }])
    })

    it('lets a task cancel itself before its first step', async () => {
      const pool = new TaskPool()
      const work = async (_: number, { id }: PoolTask) => {
        if (id === 1) pool.cancel(id, { reason: 'mine' })
        if (id === 1) throw 'mine'
        return id
      }
      pool.map(work, [0, 1, 2])
      expect(await pool.gatherAndClose()).toEqual([
        { status: 'fulfilled', value: 0 },
        { status: 'cancelled', reason: 'mine' },
        { status: 'fulfilled', value: 2 },
      ])
    })

    it('shows a failing function as the failed task that it was', async () => {
      const pool = new TaskPool({ retain: 'errors' })
      const work = (item: number) => {
        if (item === 1) throw new Error('at once')
      }
      pool.map(work, [0, 1, 2])
      const outcomes = await pool.gatherAndClose({ throwOnError: false })
      expect(outcomes).toEqual([{ status: 'rejected', reason: new Error('at once') }])
    })

    it('gives its slots to others who wait, one item at a time', async () => {
      const pool = new TaskPool(1)
      const order: string[] = []
      pool.map(async (item: number) => order.push(`a${item}`), [0, 1, 2])
      pool.map(async (item: number) => order.push(`b${item}`), [0, 1, 2])
      await pool.gatherAndClose()
      expect(order).toEqual(['a0', 'b0', 'a1', 'b1', 'a2', 'b2'])
    })

    it('can be cancelled by its own source', async () => {
      const pool = new TaskPool()
      const seen: number[] = []
      function* source() {
        yield 1
        pool.cancelAll()
        yield 2
      }
      pool.map((item: number) => seen.push(item), source())
      expect(await pool.gatherAndClose()).toEqual([{ status: 'fulfilled', value: 1 }])
      expect(seen).toEqual([1])
    })
  })
})
