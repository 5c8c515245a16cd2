import { QueueFullError } from '@conc/core'
import { deferred } from '@conc/core/internal'
import { describe, expect, it } from 'vitest'
import { TaskPool } from '../src/index.js'
import { settled } from './bodies.js'

describe('TaskPool', () => {
  describe('submit', () => {
    it('gives the result, as a task of the group `submit`', async () => {
      const pool = new TaskPool()
      const both = Promise.all([
        pool.submit((a: number, b: number) => a + b, [1, 2]),
        pool.submit((text: string) => text, ['x']),
      ])
      expect(await both).toEqual([3, 'x'])
      expect(pool.getGroupIds('submit')).toEqual(new Set([0, 1]))
      expect(await pool.gatherAndClose()).toHaveLength(2)
    })

    it('lets no more wait than `queueLimit` says, and counts no other tasks', async () => {
      const pool = new TaskPool({ poolSize: 1, queueLimit: 1 })
      const gate = deferred()
      const first = pool.submit(() => gate.promise, [])
      const second = pool.submit(() => 2, [])
      pool.apply(() => {}, { num: 5 })
      const third = pool.submit(() => 3, [])
      await expect(third).rejects.toBeInstanceOf(QueueFullError)
      await expect(third).rejects.toThrow('its queueLimit')
      gate.resolve()
      expect([await first, await second]).toEqual([undefined, 2])
      await pool.gatherAndClose()
    })

    it('rejects with the reason of its signal, and holds the slot until the body has ended', async () => {
      const pool = new TaskPool(1)
      const gate = deferred()
      const controller = new AbortController()
      const running = pool.submit(() => gate.promise, [], { signal: controller.signal })
      const next = pool.submit(() => 'next', [])
      await settled()
      controller.abort('enough')
      await expect(running).rejects.toBe('enough')
      await settled()
      expect([pool.numRunning, pool.numWaiting]).toEqual([1, 1])
      gate.resolve()
      expect(await next).toBe('next')
      await pool.gatherAndClose()
    })
  })

  describe('stream', () => {
    it('holds a slot from the first item to the last, or until it is left', async () => {
      const pool = new TaskPool(1)
      const ended: string[] = []
      async function* numbers() {
        try {
          for (let n = 0; ; n++) yield n
        } finally {
          ended.push('left')
        }
      }
      for await (const n of pool.stream(numbers, [])) {
        expect(pool.isFull).toBe(true)
        if (n === 2) break
      }
      expect([ended, pool.isFull]).toEqual([['left'], false])
      await pool.gatherAndClose()
    })

    it('is cancelled with all others', async () => {
      const pool = new TaskPool()
      const stream = pool.stream(async function* () {
        yield 1
        yield 2
      }, [])
      expect(await stream.next()).toEqual({ done: false, value: 1 })
      pool.cancelAll({ reason: 'all' })
      await expect(stream.next()).rejects.toBe('all')
      await pool.gatherAndClose()
      expect(pool.numRunning).toBe(0)
    })
  })
})
