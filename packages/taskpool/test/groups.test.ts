import { describe, expect, it } from 'vitest'
import { GroupExistsError, TaskPool } from '../src/index.js'
import { settled, waits } from './bodies.js'

describe('TaskPool', () => {
  describe('groups', () => {
    it('are named after method and function, with the lowest free index', async () => {
      const pool = new TaskPool()
      const work = () => {}
      const names = [pool.apply(work), pool.apply(work), pool.apply(() => {})]
      expect(names).toEqual(['apply-work-group-0', 'apply-work-group-1', 'apply-anonymous-group-0'])
      pool.cancelGroup('apply-work-group-0')
      expect(pool.map(work, [])).toBe('map-work-group-0')
      expect([pool.apply(work), pool.apply(work)]).toEqual([
        'apply-work-group-0',
        'apply-work-group-2',
      ])
      await pool.gatherAndClose()
    })

    it('keep the ids of ended tasks until they are forgotten', async () => {
      const pool = new TaskPool()
      pool.apply(() => {}, { num: 2, groupName: 'short' })
      pool.apply(waits, { groupName: 'long' })
      await settled()
      expect(pool.getGroupIds('short', 'long')).toEqual(new Set([0, 2, 1]))
      expect(pool.getGroupIds()).toEqual(new Set())
      await pool.flush()
      expect(pool.getGroupIds('short')).toEqual(new Set([0, 2]))
      await pool.flush({ groups: true })
      expect(() => pool.getGroupIds('short')).toThrow("No task group named 'short' exists")
      expect(pool.getGroupIds('long')).toEqual(new Set([1]))
      pool.cancelAll()
      await pool.gatherAndClose()
    })

    it('have to be new', async () => {
      const pool = new TaskPool()
      pool.apply(() => {}, { groupName: 'mine' })
      const again = () => pool.apply(() => {}, { groupName: 'mine' })
      expect(again).toThrow(GroupExistsError)
      expect(again).toThrow("Task group named 'mine' already exists")
      await pool.gatherAndClose()
    })

    it('cannot be called as that of submitted tasks, whose ends are nobody else’s', async () => {
      const pool = new TaskPool()
      const ended: number[] = []
      const apply = () =>
        pool.apply(() => {}, { groupName: 'submit', onEnd: (id) => ended.push(id) })
      expect(apply).toThrow(GroupExistsError)
      expect(await pool.submit(() => 1, [])).toBe(1)
      expect(apply).toThrow(GroupExistsError)
      await pool.gatherAndClose()
      expect(ended).toEqual([])
    })

    it('are cancelled by the signal of their call', async () => {
      const pool = new TaskPool()
      const controller = new AbortController()
      pool.apply(waits, { num: 2, signal: controller.signal })
      pool.apply(() => {}, { signal: AbortSignal.abort('before') })
      await settled()
      expect(pool.numRunning).toBe(2)
      controller.abort('enough')
      const outcomes = await pool.gatherAndClose()
      expect(outcomes).toEqual([
        { status: 'cancelled', reason: 'enough' },
        { status: 'cancelled', reason: 'enough' },
      ])
    })
  })
})
