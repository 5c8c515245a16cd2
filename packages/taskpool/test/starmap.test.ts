import { describe, expect, it } from 'vitest'
import { type PoolTask, TaskPool } from '../src/index.js'

describe('TaskPool', () => {
  describe('starmap', () => {
    it('spreads tuples in front of the task', async () => {
      const pool = new TaskPool()
      const seen: unknown[] = []
      const copy = (from: number, to: number, task: PoolTask) => seen.push([from, to, task.id])
      const ranges: [number, number][] = [
        [0, 1],
        [2, 3],
      ]
      expect(pool.starmap(copy, ranges, { numConcurrent: 2 })).toBe('starmap-copy-group-0')
      await pool.gatherAndClose()
      expect(seen).toEqual([
        [0, 1, 0],
        [2, 3, 1],
      ])
    })

    it('fails the task of an item that is no tuple of that length, and goes on', async () => {
      const pool = new TaskPool()
      const items = [[1], 5, [1, 2], [3]] as [number][]
      pool.starmap((one: number) => one, items)
      const outcomes = await pool.gatherAndClose({ throwOnError: false })
      expect(outcomes.map(({ status }) => status)).toEqual([
        'fulfilled',
        'rejected',
        'rejected',
        'fulfilled',
      ])
    })
  })

  describe('doublestarmap', () => {
    it('takes plain objects only', async () => {
      const pool = new TaskPool()
      const items = [{ to: 'a' }, new Date(), Object.create(null)] as { to: string }[]
      pool.doublestarmap(({ to }) => to, items)
      const outcomes = await pool.flush({ throwOnError: false }).then(() => {
        return pool.gatherAndClose({ throwOnError: false })
      })
      expect(outcomes.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled'])
    })
  })
})
