import { inspect } from 'node:util'
import { InvalidOptionError } from '@conc/core'
import { describe, expect, it } from 'vitest'
import { NotAFunctionError, type PoolTask, TaskPool } from '../src/index.js'
import { settled, waits } from './bodies.js'

describe('TaskPool', () => {
  describe('poolSize', () => {
    it('starts waiting tasks in this turn when raised, and stops none when lowered', async () => {
      const pool = new TaskPool(1)
      pool.apply(waits, { num: 3 })
      await settled()
      expect([pool.numRunning, pool.numWaiting, pool.isFull]).toEqual([1, 2, true])
      pool.poolSize = 3
      await Promise.resolve()
      expect([pool.numRunning, pool.numWaiting]).toEqual([3, 0])
      pool.poolSize = 0
      expect([pool.poolSize, pool.numRunning]).toEqual([0, 3])
      pool.apply(() => {})
      pool.cancel([0, 1, 2])
      await settled()
      expect([pool.numRunning, pool.numWaiting, pool.isFull]).toEqual([0, 1, true])
      pool.poolSize = Number.POSITIVE_INFINITY
      await pool.gatherAndClose()
    })

    it('keeps the old one when it is given nonsense', () => {
      const pool = new TaskPool(2)
      for (const size of [-1, 1.5, Number.NaN, '3']) {
        expect(() => {
          pool.poolSize = size as number
        }).toThrow(InvalidOptionError)
      }
      expect(pool.poolSize).toBe(2)
    })
  })

  it('refuses wrong arguments before anything starts or a name is taken', () => {
    const pool = new TaskPool()
    const promise = Promise.resolve()
    const wrong: (() => unknown)[] = [
      () => pool.apply(promise as never),
      () => pool.apply(() => {}, { onEnd: 5 as never }),
      () => pool.apply(() => {}, { args: 'no' as never }),
      () => pool.apply(() => {}, { num: 0 }),
      () => pool.apply(() => {}, { groupName: '' }),
      () => pool.map(() => 1, 5 as never),
      () => pool.map(() => 1, [], { numConcurrent: 0 }),
      () => new TaskPool(-1),
      () => new TaskPool({ retain: 'some' as never }),
      () => new TaskPool({ size: 3 } as never),
    ]
    for (const call of wrong) expect(call).toThrow(InvalidOptionError)
    expect(wrong[0]).toThrow(NotAFunctionError)
    expect(wrong[0]).toThrow('pass the function, not its result')
    expect(pool.numWaiting).toBe(0)
    expect(pool.apply(() => {})).toBe('apply-anonymous-group-0')
  })

  it('tells a task who it is', async () => {
    const pool = new TaskPool({ name: 'mine' })
    const seen: unknown[] = []
    const look = (task: PoolTask) => {
      const { id, name, group, signal, deadline } = task
      seen.push({ id, name, group, isAborted: signal.aborted, hasLimit: deadline !== undefined })
      expect(task.pool).toBe(pool)
      expect(inspect(task)).toBe(`PoolTask { id: ${id}, name: '${name}', group: '${group}' }`)
    }
    pool.apply(look, { groupName: 'free' })
    pool.apply(look, { groupName: 'bound', timeoutMs: 60_000 })
    await pool.gatherAndClose()
    const common = { isAborted: false }
    expect(seen).toEqual([
      { id: 0, name: 'TaskPool-mine_Task-0', group: 'free', hasLimit: false, ...common },
      { id: 1, name: 'TaskPool-mine_Task-1', group: 'bound', hasLimit: true, ...common },
    ])
  })

  it('is called by its name, or by a number that no other has', () => {
    const [one, other] = [new TaskPool(), new TaskPool()]
    expect(String(new TaskPool({ name: 'mine' }))).toBe('TaskPool-mine')
    expect(`${one}`).toBe(one.name)
    expect(one.name).toMatch(/^TaskPool-\d+$/)
    expect(one.name).not.toBe(other.name)
  })

  it('writes a line for each step', async () => {
    const lines: string[] = []
    const pool = new TaskPool({ name: 'mine', log: (line) => lines.push(line) })
    pool.apply(waits)
    await settled()
    pool.cancel(0)
    pool.lock()
    pool.unlock()
    await pool.gatherAndClose()
    expect(lines).toEqual([
      'TaskPool-mine initialized',
      'Started TaskPool-mine_Task-0',
      'Cancelling TaskPool-mine_Task-0 ...',
      'TaskPool-mine is locked!',
      'TaskPool-mine was unlocked.',
      'TaskPool-mine is locked!',
      'Cancelled TaskPool-mine_Task-0',
      'Ended TaskPool-mine_Task-0',
    ])
  })
})
