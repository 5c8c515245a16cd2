import { TaskCancelledError } from '@conc/core'
import { deferred } from '@conc/core/internal'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { Pool, type PoolTask } from '../src/index.js'
import { flush } from './flush.js'

const never = () => new Promise<never>(() => {})

/** Ends with `outcome` when it is cancelled. */
const onCancel =
  <T>(outcome: (reason: unknown) => T) =>
  ({ signal }: PoolTask) =>
    new Promise<T>((resolve, reject) => {
      signal.addEventListener('abort', () => {
        try {
          resolve(outcome(signal.reason))
        } catch (error) {
          reject(error)
        }
      })
    })

const throws = (error: (reason: unknown) => unknown) =>
  onCancel((reason): never => {
    throw error(reason)
  })

describe('cancel', () => {
  const reason = new Error('enough')

  it('takes waiting tasks out of the line: never called, cancelled, counted', async () => {
    const pool = new Pool(1)
    const gate = deferred()
    pool.spawnN(() => gate.promise)
    const fn = vi.fn()
    const handle = pool.spawnN(fn)
    const executed = pool.exec(fn)
    executed.catch(() => {})
    await flush()
    const reported = pool.cancel({ reason, results: 'settled', handles: [handle] })
    expect(handle.status).toBe('cancelled')
    expect(await reported).toEqual({ cancelled: 1, results: [{ status: 'cancelled', reason }] })
    const all = pool.cancel({ reason })
    await expect(executed).rejects.toBe(reason)
    gate.resolve()
    expect((await all).cancelled).toBe(2)
    expect(fn).not.toHaveBeenCalled()
  })

  it('takes out what was accepted in this turn', async () => {
    const pool = new Pool()
    const fn = vi.fn()
    const handle = pool.spawnN(fn)
    void pool.cancel(handle)
    expect(handle.status).toBe('cancelled')
    await pool.join()
    expect(fn).not.toHaveBeenCalled()
  })

  it('aborts the signal of a running body once, and counts it', async () => {
    const pool = new Pool()
    const aborted = vi.fn()
    const end = deferred()
    const handle = await pool.spawn((task) => {
      task.signal.addEventListener('abort', aborted)
      return end.promise
    })
    const first = pool.cancel({ reason })
    expect(handle.status).toBe('cancelling')
    expect(pool).toMatchObject({ running: 1, cancelling: 1 })
    const second = pool.cancel({ reason: 'other' })
    expect(await second).toEqual({ cancelled: 0, results: [] })
    expect(aborted).toHaveBeenCalledOnce()
    end.resolve()
    expect((await first).cancelled).toBe(1)
    expect(pool).toMatchObject({ running: 0, cancelling: 0 })
  })

  it.each([
    ['the reason', (given: unknown) => given],
    ['an AbortError', () => new DOMException('stop', 'AbortError')],
    ['an error with code ABORT_ERR', () => Object.assign(new Error('x'), { code: 'ABORT_ERR' })],
    ['an error caused by the reason', (given: unknown) => new Error('x', { cause: given })],
  ])('ends as cancelled when the body rejects with %s', async (_, error) => {
    const handle = await new Pool().spawn(throws(error))
    expect(await handle.cancel(reason)).toEqual({ status: 'cancelled', reason })
  })

  it('does not hide a failed clean-up, and keeps the value of a body that recovered', async () => {
    const pool = new Pool()
    const failure = new Error('clean-up')
    const failed = await pool.spawn(throws(() => failure))
    const recovered = await pool.spawn(onCancel(() => 'recovered'))
    expect(await pool.cancel({ reason, results: 'settled' })).toEqual({
      cancelled: 2,
      results: [
        { status: 'rejected', reason: failure },
        { status: 'fulfilled', value: 'recovered' },
      ],
    })
    expect(failed.status).toBe('rejected')
    expect(recovered.status).toBe('fulfilled')
  })

  it('leaves an abort error of a body nobody cancelled a rejection', async () => {
    const handle = new Pool().spawnN(() => Promise.reject(new DOMException('own', 'AbortError')))
    expect((await handle.settled).status).toBe('rejected')
  })

  it('ignores tasks that have settled and those of another pool', async () => {
    const pool = new Pool()
    const done = pool.spawnN(() => 1)
    await done.settled
    const other = new Pool().spawnN(never)
    expect(await pool.cancel(done, other)).toEqual({ cancelled: 0, results: [] })
    expect(await pool.cancel({ handles: [] })).toEqual({ cancelled: 0, results: [] })
    expect(other.status).not.toBe('cancelled')
  })

  it('takes everything in start order, then line order', async () => {
    const pool = new Pool(2)
    const gate = deferred()
    pool.spawnN(() => gate.promise)
    const mapped = pool.map((_, task) => onCancel(() => 0)(task), [0, 1], { name: 'item' })
    const named = (name: string) =>
      pool.spawnN(
        onCancel(() => 0),
        { name },
      )
    for (const name of ['late', 'waiting 1', 'waiting 2']) named(name)
    await flush()
    gate.resolve()
    await flush()
    const { results } = await pool.cancel({ results: ({ name }) => name, waitMs: 0 })
    expect(results).toEqual(['item', 'late', 'waiting 1', 'waiting 2'])
    await mapped
  })

  it('has a TaskCancelledError as its reason that says what had begun', async () => {
    const pool = new Pool({ size: 1, name: 'io' })
    const running = await pool.spawn(throws((given) => given))
    const waiting = pool.spawnN(never)
    await pool.cancel()
    expect(running.error()).toBeInstanceOf(TaskCancelledError)
    expect(running.error()).toMatchObject({ origin: 'cancel', executor: 'io', started: true })
    expect(waiting.error()).toMatchObject({ origin: 'cancel', executor: 'io', started: false })
  })

  it('reports in every mode', async () => {
    const pool = new Pool(1)
    const report = async (results: 'flat' | 'pair' | 'settled' | 'handle' | 'values') =>
      await pool.cancel({ handles: [pool.spawnN(never)], reason, results })
    expect((await report('flat')).results).toEqual([reason])
    expect((await report('pair')).results).toEqual([[undefined, reason]])
    expect((await report('settled')).results).toEqual([{ status: 'cancelled', reason }])
    expect((await report('handle')).results).toMatchObject([{ status: 'cancelled' }])
    await expect(report('values')).rejects.toBe(reason)
  })

  describe('waitMs', () => {
    beforeEach(() => void vi.useFakeTimers())
    afterEach(() => void vi.useRealTimers())

    it('bounds the wait, not the slot', async () => {
      const pool = new Pool(2)
      const end = deferred()
      await pool.spawn(() => end.promise)
      await pool.spawn(throws((given) => given))
      const report = pool.cancel({ reason, waitMs: 100, results: 'settled' })
      await vi.advanceTimersByTimeAsync(100)
      expect(await report).toEqual({
        cancelled: 2,
        results: [
          { status: 'cancelling', reason },
          { status: 'cancelled', reason },
        ],
      })
      expect(pool.running).toBe(1)
      end.resolve()
      await pool.join()
      expect(vi.getTimerCount()).toBe(0)
    })

    it('reports what still runs in every mode', async () => {
      const pool = new Pool()
      const report = async (results: 'flat' | 'pair' | 'handle' | 'values') => {
        const handle = await pool.spawn(never)
        const reported = pool.cancel({ handles: [handle], reason, results, waitMs: 1 })
        reported.catch(() => {})
        await vi.advanceTimersByTimeAsync(1)
        return await reported
      }
      expect((await report('flat')).results).toEqual([reason])
      expect((await report('pair')).results).toEqual([[undefined, reason]])
      expect((await report('handle')).results).toMatchObject([{ status: 'cancelling' }])
      await expect(report('values')).rejects.toBe(reason)
    })
  })

  describe("cancelPolicy: 'immediate'", () => {
    it('settles inside the call; slots, counters and join wait for the body', async () => {
      const onError = vi.fn()
      const pool = new Pool({ size: 1, cancelPolicy: 'immediate', onError })
      const end = deferred()
      const cb = vi.fn()
      const handle = await pool.spawn(() => end.promise, { cb })
      const executed = pool.exec(() => 1)
      const cancelled = pool.cancel({ reason, results: 'settled' })
      expect(handle.status).toBe('cancelled')
      expect(await cancelled).toMatchObject({ cancelled: 2 })
      await expect(executed).rejects.toBe(reason)
      const joined = vi.fn()
      void pool.join().then(joined)
      await flush()
      expect(pool).toMatchObject({ running: 1, cancelling: 1, executed: 0 })
      expect(joined).not.toHaveBeenCalled()
      end.reject(new Error('late'))
      await flush()
      expect(joined).toHaveBeenCalled()
      expect(pool).toMatchObject({ running: 0, cancelling: 0, executed: 1 })
      expect(cb).not.toHaveBeenCalled()
      expect(onError).not.toHaveBeenCalled()
    })
  })

  describe("cancelPolicy: 'immediate', by signal and by time", () => {
    beforeEach(() => void vi.useFakeTimers())
    afterEach(() => void vi.useRealTimers())

    it('settles handles at once too, and holds the slots', async () => {
      const pool = new Pool({ cancelPolicy: 'immediate' })
      const controller = new AbortController()
      const aborted = pool.spawnN(never, { signal: controller.signal })
      const late = pool.spawnN(never, { timeoutMs: 50 })
      await flush()
      controller.abort(reason)
      expect(aborted.status).toBe('cancelled')
      expect(aborted.error()).toBe(reason)
      await vi.advanceTimersByTimeAsync(50)
      expect(late.error()).toMatchObject({ name: 'TaskTimeoutError', phase: 'running' })
      expect(pool).toMatchObject({ running: 2, cancelling: 2, executed: 0 })
    })
  })

  describe('by signal', () => {
    it('rejects exec at once with its reason, and holds the slot to the real end', async () => {
      const pool = new Pool(1)
      const end = deferred()
      const controller = new AbortController()
      const executed = pool.exec(() => end.promise, { signal: controller.signal })
      const next = pool.exec(() => 'next')
      await flush()
      controller.abort(reason)
      await expect(executed).rejects.toBe(reason)
      expect(pool).toMatchObject({ running: 1, cancelling: 1, waiting: 1 })
      end.resolve()
      expect(await next).toBe('next')
    })

    it('lets a handle follow its body', async () => {
      const pool = new Pool()
      const controller = new AbortController()
      const handle = pool.spawnN(
        onCancel(() => 'recovered'),
        { signal: controller.signal },
      )
      await flush()
      controller.abort(reason)
      expect(handle.status).toBe('cancelling')
      expect(await handle.settled).toEqual({ status: 'fulfilled', value: 'recovered' })
    })

    it('rejects a waiting spawn, and leaves a spawned task a handle', async () => {
      const pool = new Pool(1)
      const controller = new AbortController()
      const { signal } = controller
      const spawned = await pool.spawn(
        throws((given) => given),
        { signal },
      )
      const waiting = pool.spawn(never, { signal })
      controller.abort(reason)
      await expect(waiting).rejects.toBe(reason)
      expect(await spawned.settled).toEqual({ status: 'cancelled', reason })
    })

    it('never queues what is aborted already', async () => {
      const pool = new Pool()
      const signal = AbortSignal.abort(reason)
      const fn = vi.fn()
      const handle = pool.spawnN(fn, { signal })
      expect(handle.status).toBe('cancelled')
      expect(pool.waiting).toBe(0)
      await expect(pool.exec(fn, { signal })).rejects.toBe(reason)
      await expect(pool.spawn(fn, { signal })).rejects.toBe(reason)
      await expect(pool.submit(fn, [], { signal })).rejects.toBe(reason)
      expect(pool.mapN(fn, [1], { signal })[0]?.status).toBe('cancelled')
      expect(fn).not.toHaveBeenCalled()
    })

    it('does nothing after the end, and leaves one listener at most', async () => {
      const pool = new Pool(2)
      const controller = new AbortController()
      const { signal } = controller
      const added = vi.spyOn(signal, 'addEventListener')
      const removed = vi.spyOn(signal, 'removeEventListener')
      const handles = pool.mapN((n) => n, [1, 2, 3], { signal })
      await pool.exec(() => 1, { signal })
      expect(added).toHaveBeenCalledOnce()
      expect(removed).toHaveBeenCalledOnce()
      controller.abort(reason)
      expect(handles.map((handle) => handle.result())).toEqual([1, 2, 3])
    })
  })

  describe('by time', () => {
    beforeEach(() => void vi.useFakeTimers())
    afterEach(() => void vi.useRealTimers())

    it('counts from the call, waiting included', async () => {
      const pool = new Pool(1)
      const gate = deferred()
      pool.spawnN(() => gate.promise)
      const fn = vi.fn()
      const outcome = pool.exec(fn, { timeoutMs: 50 }).catch((error) => error)
      const spawned = pool.spawn(fn, { timeoutMs: 50 }).catch((error) => error)
      await vi.advanceTimersByTimeAsync(50)
      expect(await outcome).toMatchObject({ name: 'TaskTimeoutError', phase: 'waiting' })
      expect(await spawned).toMatchObject({ name: 'TaskTimeoutError', phase: 'waiting' })
      gate.resolve()
      await pool.join()
      expect(fn).not.toHaveBeenCalled()
      expect(vi.getTimerCount()).toBe(0)
    })

    it('aborts a running body with a TaskTimeoutError', async () => {
      const pool = new Pool()
      const seen: unknown[] = []
      const handle = pool.spawnN(
        (task) => {
          seen.push(task.deadline)
          return throws((given) => given)(task)
        },
        { timeoutMs: 50 },
      )
      await vi.advanceTimersByTimeAsync(50)
      expect(await handle.settled).toMatchObject({
        status: 'cancelled',
        reason: { name: 'TaskTimeoutError', phase: 'running' },
      })
      expect(seen).toEqual([Date.now()])
    })

    it('reaches the callback too', async () => {
      const cb = (_: unknown, __: unknown, ___: unknown, task: PoolTask) =>
        throws((given) => given)(task)
      const handle = new Pool().spawnN(() => 1, { timeoutMs: 50, cb })
      await vi.advanceTimersByTimeAsync(50)
      expect(await handle.settled).toMatchObject({ status: 'cancelled' })
    })
  })
})
