import { TaskCancelledError } from '@conc/core'
import { deferred } from '@conc/core/internal'
import { describe, expect, it } from 'vitest'
import { PoolClosedError, PoolLockedError, TaskPool } from '../src/index.js'
import { settled, waits } from './bodies.js'

describe('TaskPool', () => {
  describe('locking and closing', () => {
    it('refuses new tasks while locked, and runs what was accepted', async () => {
      const pool = new TaskPool(1)
      const seen: number[] = []
      pool.map((item: number) => seen.push(item), [1, 2, 3])
      pool.lock()
      pool.lock()
      expect(() => pool.apply(() => {})).toThrow(PoolLockedError)
      expect(() => pool.apply(() => {})).toThrow(`${pool.name} is locked`)
      await expect(pool.submit(() => 1, [])).rejects.toBeInstanceOf(PoolLockedError)
      pool.unlock()
      expect(await pool.submit(() => 1, [])).toBe(1)
      const closing = pool.gatherAndClose()
      pool.unlock()
      expect([pool.isLocked, pool.isClosed]).toEqual([true, false])
      expect(() => pool.apply(() => {})).toThrow(PoolClosedError)
      await closing
      expect([seen, pool.isClosed]).toEqual([[1, 2, 3], true])
      await expect(pool.submit(() => 1, [])).rejects.toThrow(`${pool.name} is closed`)
    })

    it('waits in ready() for the unlock and for room', async () => {
      const pool = new TaskPool(1)
      pool.lock()
      let isReady = false
      const ready = pool.ready().then(() => {
        isReady = true
      })
      await settled()
      expect(isReady).toBe(false)
      pool.unlock()
      await ready
      await pool.gatherAndClose()
      await expect(pool.ready()).rejects.toBeInstanceOf(PoolClosedError)
    })

    it('shares one closing, which a signal leaves alone', async () => {
      const pool = new TaskPool()
      const gate = deferred()
      pool.apply(() => gate.promise)
      const first = pool.gatherAndClose()
      const second = pool.gatherAndClose()
      const impatient = pool.gatherAndClose({ signal: AbortSignal.abort('late') })
      await expect(impatient).rejects.toBe('late')
      const closed = pool.untilClosed()
      gate.resolve()
      expect(await first).toEqual(await second)
      expect([await closed, await pool.untilClosed()]).toEqual([true, true])
      expect(await pool.gatherAndClose()).toEqual([])
    })

    it('ends the wait of one who gives up, not the closing', async () => {
      const pool = new TaskPool()
      const gate = deferred()
      const controller = new AbortController()
      pool.apply(() => gate.promise)
      const impatient = pool.gatherAndClose({ signal: controller.signal })
      controller.abort('late')
      await expect(impatient).rejects.toBe('late')
      expect([pool.isLocked, pool.isClosed]).toEqual([true, false])
      gate.resolve()
      expect(await pool.gatherAndClose()).toHaveLength(1)
      expect(pool.isClosed).toBe(true)
    })

    it('closes without a word of failures, and forgets them', async () => {
      const pool = new TaskPool()
      pool.apply(() => Promise.reject(new Error('unheard')))
      const gathered = pool.gatherAndClose({ throwOnError: false })
      await pool.close()
      expect([pool.isClosed, pool.numEnded, (await gathered).length]).toEqual([true, 0, 1])
      const another = new TaskPool()
      another.apply(() => Promise.reject(new Error('unheard')))
      await another.close()
      expect([another.numEnded, await another.gatherAndClose()]).toEqual([0, []])
    })

    it('leaves what still runs when the time for its end is over', async () => {
      const pool = new TaskPool()
      const gate = deferred()
      const signals: AbortSignal[] = []
      pool.apply(({ signal }) => {
        signals.push(signal)
        return gate.promise
      })
      await settled()
      await pool.close({ timeoutMs: 1 })
      expect([pool.isClosed, pool.numRunning, signals[0]?.aborted]).toEqual([true, 1, true])
      gate.resolve()
    })

    it('gathers when it is disposed of, and throws what its tasks threw', async () => {
      const failure = new Error('no')
      const ended: number[] = []
      const work = async () => {
        await using pool = new TaskPool(1)
        pool.apply(() => Promise.reject(failure))
        pool.map((item: number) => ended.push(item), [1, 2])
      }
      await expect(work()).rejects.toBe(failure)
      expect(ended).toEqual([1, 2])
    })

    it('cancels first when it is disposed of with `onDispose: cancel`', async () => {
      let reason: unknown
      {
        await using pool = new TaskPool({ onDispose: 'cancel' })
        pool.apply((task) => waits(task), {
          onCancel: (_, { settled: ending }) => {
            reason = 'reason' in ending && ending.reason
          },
        })
        await settled()
      }
      expect(reason).toBeInstanceOf(TaskCancelledError)
    })
  })
})
