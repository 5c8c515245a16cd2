import { deferred } from '@conc/core/internal'
import { describe, expect, it } from 'vitest'
import { CallbackError, TaskPool } from '../src/index.js'
import { settled, waits } from './bodies.js'

function raise(error: Error): never {
  throw error
}

describe('TaskPool', () => {
  describe('flush', () => {
    it('returns outcomes in start order and forgets the tasks', async () => {
      const pool = new TaskPool()
      const gate = deferred<string>()
      pool.apply(() => gate.promise)
      pool.apply(() => 'second')
      await settled()
      gate.resolve('first')
      await settled()
      expect(pool.numEnded).toBe(2)
      expect(await pool.flush()).toEqual([
        { status: 'fulfilled', value: 'first' },
        { status: 'fulfilled', value: 'second' },
      ])
      expect([pool.numEnded, await pool.flush()]).toEqual([0, []])
      await pool.gatherAndClose()
    })

    it('throws one error as it is, several together, and each only once', async () => {
      const pool = new TaskPool()
      const one = new Error('one')
      const two = new Error('two')
      pool.map((error: Error) => Promise.reject(error), [one, two], { numConcurrent: 2 })
      await settled()
      await expect(pool.flush()).rejects.toMatchObject({ errors: [one, two] })
      pool.apply(() => Promise.reject(one))
      await settled()
      await expect(pool.flush()).rejects.toBe(one)
      await expect(pool.gatherAndClose()).resolves.toEqual([])
    })

    it('waits for the callbacks of what has ended, and for nothing that runs', async () => {
      const pool = new TaskPool()
      const told = deferred()
      pool.apply(waits)
      pool.apply(() => 'ended', { onEnd: () => told.promise })
      await settled()
      let outcomes: unknown
      const flushed = pool.flush().then((all) => {
        outcomes = all
      })
      await settled()
      expect(outcomes).toBeUndefined()
      told.resolve()
      await flushed
      expect(outcomes).toEqual([{ status: 'fulfilled', value: 'ended' }])
      expect([pool.numRunning, pool.numEnded]).toEqual([1, 0])
      await pool.close({ pending: 'reject' })
    })

    it('reports callbacks that throw, which hold up nothing', async () => {
      const pool = new TaskPool(1)
      const cause = new Error('callback')
      const onEnd = () => {
        throw cause
      }
      pool.map((item: number) => item, [1, 2], { onEnd })
      await settled()
      const error = await pool.flush().catch((thrown: AggregateError) => thrown.errors[0])
      expect(error).toBeInstanceOf(CallbackError)
      expect(error).toMatchObject({ taskId: 0, callback: 'onEnd', cause })
      await pool.gatherAndClose()
    })

    it('reports an onCancel that throws, and still calls onEnd', async () => {
      const pool = new TaskPool()
      const ended: number[] = []
      const cause = new Error('callback')
      const onCancel = () => Promise.reject(cause)
      pool.apply(waits, { onCancel, onEnd: (id) => ended.push(id) })
      await settled()
      pool.cancelAll()
      const error = await pool.flush().catch((thrown: unknown) => thrown)
      expect(error).toMatchObject({ taskId: 0, callback: 'onCancel', cause })
      expect(ended).toEqual([0])
      await pool.gatherAndClose()
    })

    it('reports a source that threw, once, and leaves the pool usable', async () => {
      const pool = new TaskPool()
      const failure = new Error('source')
      const sources = [
        { [Symbol.asyncIterator]: () => ({ next: () => Promise.reject(failure) }) },
        { [Symbol.iterator]: () => raise(failure) },
      ] as Iterable<number>[]
      for (const source of sources) {
        pool.map(() => 0, source)
        await settled()
        await expect(pool.flush()).rejects.toBe(failure)
        expect(await pool.flush()).toEqual([])
      }
      expect(await pool.submit(() => 1, [])).toBe(1)
      await pool.gatherAndClose()
    })

    it('keeps failures only, or nothing, as `retain` says', async () => {
      const all = (pool: TaskPool) => {
        pool.apply(() => 1)
        pool.apply(() => Promise.reject(new Error('no')))
        return pool.gatherAndClose({ throwOnError: false })
      }
      const statuses = async (retain: 'errors' | 'none') =>
        (await all(new TaskPool({ retain }))).map(({ status }) => status)
      expect(await statuses('errors')).toEqual(['rejected'])
      expect(await statuses('none')).toEqual([])
    })

    it.each(['errors', 'none'] as const)(
      'counts ended tasks until they are flushed with `retain: %s` too',
      async (retain) => {
        const pool = new TaskPool({ retain })
        pool.apply(() => 1, { num: 3 })
        await settled()
        expect(pool.numEnded).toBe(3)
        await pool.flush()
        expect(pool.numEnded).toBe(0)
        await pool.gatherAndClose()
      },
    )

    it('keeps what callbacks and sources threw with `retain: errors`, and not with `none`', async () => {
      const failure = new Error('no')
      const flushed = async (retain: 'errors' | 'none') => {
        const pool = new TaskPool({ retain })
        pool.apply(() => 1, { onEnd: () => raise(failure) })
        pool.map(() => 1, { [Symbol.iterator]: () => raise(failure) })
        return await pool.gatherAndClose()
      }
      await expect(flushed('errors')).rejects.toMatchObject({
        errors: expect.arrayContaining([failure, expect.any(CallbackError)]),
      })
      expect(await flushed('none')).toEqual([])
    })

    it('refuses options that would be misread, as does gatherAndClose', async () => {
      const pool = new TaskPool()
      const flag = { throwOnError: 'no' as never }
      expect(() => pool.flush(flag)).toThrow(/`throwOnError` to be true or false, got 'no'/)
      const other = { timeoutMs: 5 } as never
      expect(() => pool.gatherAndClose(other)).toThrow(/only throwOnError, signal, got/)
      expect(pool.isLocked).toBe(false)
      await pool.gatherAndClose()
    })

    it('leaves what a submit promise reported to that promise', async () => {
      const pool = new TaskPool()
      await expect(pool.submit(() => Promise.reject(new Error('told')), [])).rejects.toThrow('told')
      await expect(pool.gatherAndClose()).resolves.toHaveLength(1)
    })
  })
})
