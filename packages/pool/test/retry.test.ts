import { task, UnknownTaskError } from '@conc/core'
import { deferred } from '@conc/core/internal'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { Pool } from '../src/index.js'
import { flush } from './flush.js'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

/** Fails until it was called `times` times. */
function failing(times: number) {
  let calls = 0
  return vi.fn(async () => {
    if (++calls < times) throw new Error(`call ${calls}`)
    return calls
  })
}

describe('retry', () => {
  it('repeats a body that threw, and runs the callback once', async () => {
    const cb = vi.fn((n: number | undefined) => n)
    const pool = new Pool()
    expect(await pool.exec(failing(3), { retry: 2, cb })).toBe(3)
    expect(cb).toHaveBeenCalledOnce()
    expect(pool.executed).toBe(3)
  })

  it('fails with the last error when the attempts are used up', async () => {
    const handle = new Pool().spawnN(failing(9), { retry: 2 })
    expect(await handle.settled).toMatchObject({
      status: 'rejected',
      reason: { message: 'call 3' },
    })
  })

  it.each([
    ['exec', (pool: Pool, body: () => string) => pool.exec(body, { retry: 1 })],
    [
      'stream',
      async (pool: Pool, body: () => string) => {
        const yielding = async function* () {
          yield body()
        }
        return (await pool.stream(yielding, [], { retry: 1 }).next()).value
      },
    ],
  ])('repeats a body that failed by what another executor did: %s', async (_, call) => {
    const pool = new Pool()
    let begun = 0
    const result = call(pool, () => {
      if (++begun === 1) throw new UnknownTaskError('There is no such task.')
      return 'once more'
    })
    expect(await result).toBe('once more')
    await pool.close({ pending: 'reject' })
  })

  it.each<[string, (pool: Pool, body: () => Promise<number>) => unknown]>([
    ['submit', (pool, body) => pool.submit(body, [], { retry: 2 })],
    ['exec', (pool, body) => pool.exec(body, { retry: { times: 2, delayMs: 5 } })],
    ['spawn', (pool, body) => pool.spawnN(body, { retry: 2 }).promise],
    ['map', async (pool, body) => (await pool.map(body, [0], { retry: 2 }))[0]],
    ['iterMap', async (pool, body) => (await pool.iterMap(body, [0], { retry: 2 }).next()).value],
  ])('has the slot of the task that waits for it each time: %s', async (name, call) => {
    const pool = new Pool(1)
    const outer = task(`pool-test/waits-for-${name}`, () => call(pool, failing(3)))
    const result = pool.exec(outer)
    await vi.advanceTimersByTimeAsync(20)
    expect(await Promise.race([result, flush().then(() => 'it hangs')])).toBe(3)
  })

  it('holds no slot in its pause, counts as waiting, and queues again', async () => {
    const pool = new Pool(1)
    const order: string[] = []
    const body = failing(2)
    const handle = pool.spawnN(
      () => {
        order.push('body')
        return body()
      },
      { retry: { times: 1, delayMs: 50 } },
    )
    await flush()
    expect(pool).toMatchObject({ running: 0, waiting: 1, length: 1, isEmpty: false })
    expect(handle.status).toBe('waiting')
    const gate = deferred()
    pool.spawnN(() => gate.promise)
    pool.spawnN(() => void order.push('other'))
    await vi.advanceTimersByTimeAsync(50)
    expect(pool).toMatchObject({ running: 1, waiting: 2 })
    gate.resolve()
    await pool.join()
    expect(order).toEqual(['body', 'other', 'body'])
  })

  it('is cancelled in its pause: not called again, no callback', async () => {
    const pool = new Pool(1)
    const cb = vi.fn()
    const body = failing(9)
    const handle = pool.spawnN(body, { retry: { times: 5, delayMs: 50 }, cb })
    await flush()
    const joined = pool.join()
    expect(await handle.cancel('enough')).toEqual({ status: 'cancelled', reason: 'enough' })
    expect(await joined).toBe(true)
    expect(body).toHaveBeenCalledOnce()
    expect(cb).not.toHaveBeenCalled()
    expect(vi.getTimerCount()).toBe(0)
  })

  it('does not repeat what was cancelled, nor past its deadline', async () => {
    const pool = new Pool()
    const body = vi.fn(
      ({ signal }: { signal: AbortSignal }) =>
        new Promise((_, reject) => {
          signal.addEventListener('abort', () => reject(new Error('clean-up')))
        }),
    )
    const handle = await pool.spawn(body, { retry: 5 })
    expect(await handle.cancel()).toMatchObject({ status: 'rejected' })
    expect(body).toHaveBeenCalledOnce()
    const late = pool.exec(failing(9), { retry: { times: 9, delayMs: 40 }, timeoutMs: 100 })
    late.catch(() => {})
    await vi.advanceTimersByTimeAsync(100)
    await expect(late).rejects.toMatchObject({ name: 'TaskTimeoutError' })
    expect(pool.isEmpty).toBe(true)
  })

  it("repeats a body whose error is another executor's, as that is its own", async () => {
    const full = new Pool({ size: 1, queueLimit: 0 })
    const gate = deferred()
    void full.exec(() => gate.promise)
    const attempts = vi.fn(() => full.exec(() => 'room'))
    const closed = new Pool()
    await closed.close()
    const done = new Pool().exec(attempts, { retry: { times: 1, delayMs: 10 } })
    const lost = vi.fn(() => closed.exec(() => 1))
    await expect(new Pool().exec(lost, { retry: 2 })).rejects.toThrow('closed')
    expect(lost).toHaveBeenCalledTimes(3)
    gate.resolve()
    await vi.advanceTimersByTimeAsync(10)
    expect(await done).toBe('room')
  })

  it('asks `when`', async () => {
    const when = vi.fn(() => false)
    await expect(new Pool().exec(failing(3), { retry: { times: 5, when } })).rejects.toThrow(
      'call 1',
    )
    expect(when).toHaveBeenCalledWith(expect.any(Error), 1)
  })
})
