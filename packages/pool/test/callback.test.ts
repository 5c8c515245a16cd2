import { deferred } from '@conc/core/internal'
import { describe, expect, it, vi } from 'vitest'
import { Pool, type PoolTask, type TaskFailure } from '../src/index.js'
import { flush } from './flush.js'

/** Rejects as soon as the task is cancelled. */
const heed = ({ signal }: PoolTask) =>
  new Promise<never>((_, reject) => signal.addEventListener('abort', () => reject(signal.reason)))

describe('cb', () => {
  it('makes the result, sync or async, with the context it was given', async () => {
    const pool = new Pool()
    const cb = (value: number | undefined, _: unknown, ctx: { by: number }) => (value ?? 0) * ctx.by
    expect(await pool.exec(() => 2, { cb, ctx: { by: 3 } })).toBe(6)
    expect(await pool.exec(() => 2, { cb: async (value) => `${value}!` })).toBe('2!')
    expect(await pool.spawnN(async () => 2, { cb, ctx: { by: 4 } }).promise).toBe(8)
  })

  it('may turn a failure into a value', async () => {
    const error = new Error('x')
    const seen: (TaskFailure | undefined)[] = []
    const cb = (_: unknown, failure: TaskFailure | undefined) => {
      seen.push(failure)
      return 'fallback'
    }
    const fail = () => Promise.reject(error)
    expect(await new Pool().exec(fail, { cb })).toBe('fallback')
    expect(seen[0]).toMatchObject({ error, cancelled: false, stack: error.stack })
    expect(await new Pool().exec(() => Promise.reject('text'), { cb })).toBe('fallback')
    expect(seen[1]?.stack).toBeUndefined()
  })

  it("rejects the task with what it throws, the body's failure being the cause", async () => {
    const pool = new Pool()
    const body = new Error('body')
    const other = new Error('other')
    const fail = () => Promise.reject(body)
    const throws = (error: unknown) => () => {
      throw error
    }
    await expect(pool.exec(() => 1, { cb: throws(other) })).rejects.toBe(other)
    expect(other.cause).toBeUndefined()
    await expect(pool.exec(fail, { cb: throws(other) })).rejects.toBe(other)
    expect(other.cause).toBe(body)
    const caused = new Error('caused', { cause: 1 })
    await expect(pool.exec(fail, { cb: throws(caused) })).rejects.toMatchObject({ cause: 1 })
    await expect(pool.exec(fail, { cb: throws(body) })).rejects.toBe(body)
    expect(body.cause).toBeUndefined()
    await expect(pool.exec(fail, { cb: throws(Object.freeze(new Error('f'))) })).rejects.toThrow(
      'f',
    )
    await expect(pool.exec(fail, { cb: throws('text') })).rejects.toBe('text')
  })

  it('runs in the slot', async () => {
    const pool = new Pool(1)
    const gate = deferred()
    const handle = pool.spawnN(() => 1, { cb: () => gate.promise })
    const next = vi.fn()
    pool.spawnN(next)
    await flush()
    expect(pool).toMatchObject({ running: 1, waiting: 1, executed: 1 })
    expect(handle.status).toBe('running')
    expect(next).not.toHaveBeenCalled()
    gate.resolve()
    await pool.join()
    expect(next).toHaveBeenCalledOnce()
  })

  it('runs after the cancel of a running body, with a fresh signal', async () => {
    const pool = new Pool()
    const reason = new Error('enough')
    const seen: unknown[] = []
    const cb = async (
      _: unknown,
      failure: TaskFailure | undefined,
      __: unknown,
      task: PoolTask,
    ) => {
      seen.push(failure?.cancelled, failure?.error, task.signal.aborted, pool.cancelling)
      return 'cleaned'
    }
    const handle = await pool.spawn(heed, { cb })
    expect(await handle.cancel(reason)).toEqual({ status: 'fulfilled', value: 'cleaned' })
    expect(seen).toEqual([true, reason, false, 0])
  })

  it('leaves the task cancelled when it passes the cancel on', async () => {
    const onError = vi.fn()
    const pool = new Pool({ onError })
    const cb = (_: unknown, failure: TaskFailure | undefined) => {
      throw failure?.error
    }
    const handle = await pool.spawn(heed, { cb })
    const reason = new Error('enough')
    expect(await handle.cancel(reason)).toEqual({ status: 'cancelled', reason })
    expect(onError).not.toHaveBeenCalled()
  })

  it('never runs for a task cancelled while waiting', async () => {
    const pool = new Pool(1)
    const cb = vi.fn()
    void pool.exec(() => new Promise(() => {}))
    const handle = pool.spawnN(() => 1, { cb })
    await handle.cancel()
    await flush()
    expect(cb).not.toHaveBeenCalled()
  })

  it('is cancelled by itself: its signal aborts and its outcome decides', async () => {
    const pool = new Pool()
    const reason = new Error('enough')
    const heeding = await pool.spawn(() => 1, { cb: (_, __, ___, task) => heed(task) })
    const recovering = await pool.spawn(() => 1, {
      cb: (_, __, ___, task) => heed(task).catch(() => 'recovered'),
    })
    const failing = await pool.spawn(() => 1, {
      cb: (_, __, ___, task) => heed(task).catch(() => Promise.reject(new Error('clean-up'))),
    })
    await flush()
    const report = await pool.cancel({ reason, results: 'settled' })
    expect(report).toMatchObject({
      cancelled: 3,
      results: [
        { status: 'cancelled', reason },
        { status: 'fulfilled', value: 'recovered' },
        { status: 'rejected', reason: { message: 'clean-up' } },
      ],
    })
    expect([heeding, recovering, failing].every((handle) => handle.done)).toBe(true)
  })

  it('can be cancelled after the body was', async () => {
    const pool = new Pool()
    const cb = (_: unknown, __: unknown, ___: unknown, task: PoolTask) => heed(task)
    const handle = await pool.spawn(heed, { cb })
    void handle.cancel('first')
    await flush()
    expect(handle.status).toBe('running')
    expect(await handle.cancel('second')).toEqual({ status: 'cancelled', reason: 'second' })
  })
})
