import { ExecutorClosedError } from '@conc/core'
import { deferred } from '@conc/core/internal'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { Pool, type PoolTask } from '../src/index.js'
import { flush } from './flush.js'

const heed = ({ signal }: PoolTask) =>
  new Promise<never>((_, reject) => signal.addEventListener('abort', () => reject(signal.reason)))

afterEach(() => void vi.useRealTimers())

describe('join', () => {
  it('resolves at once when there is nothing', async () => {
    expect(await new Pool().join()).toBe(true)
  })

  it('waits for what is added meanwhile; any number may join', async () => {
    const pool = new Pool(1)
    const gates = [deferred(), deferred()]
    pool.spawnN(async () => {
      await gates[0]?.promise
      pool.spawnN(() => gates[1]?.promise)
    })
    const joined = vi.fn()
    const joins = [pool.join().then(joined), pool.join().then(joined)]
    gates[0]?.resolve()
    await flush()
    expect(joined).not.toHaveBeenCalled()
    gates[1]?.resolve()
    await Promise.all(joins)
    expect(joined).toHaveBeenCalledTimes(2)
  })

  it('waits for what the end of the last task brings', async () => {
    const pool = new Pool(1)
    const end = deferred()
    const ran = vi.fn()
    const late = async () => {
      await end.promise
      ran()
    }
    const last = deferred()
    void pool.exec(() => last.promise).then(() => pool.spawnN(late))
    const joined = vi.fn()
    const join = pool.join().then(joined)
    last.resolve()
    await flush()
    expect(joined).not.toHaveBeenCalled()
    end.resolve()
    await join
    expect(ran).toHaveBeenCalledOnce()
  })

  it('waits for a map that has nothing in line at present', async () => {
    const pool = new Pool()
    const next = deferred()
    const mapped = pool.map(
      (n) => n,
      (async function* () {
        await next.promise
        yield 1
      })(),
    )
    const joined = vi.fn()
    const join = pool.join().then(joined)
    await flush()
    expect(joined).not.toHaveBeenCalled()
    next.resolve()
    await join
    expect(await mapped).toEqual([1])
  })
})

describe('ready', () => {
  it('waits for a free slot, or gives up', async () => {
    const pool = new Pool(1)
    await pool.ready()
    const gate = deferred()
    pool.spawnN(() => gate.promise)
    const ready = vi.fn()
    const waiting = pool.ready().then(ready)
    const controller = new AbortController()
    const givenUp = pool.ready({ signal: controller.signal })
    controller.abort(new Error('no time'))
    await expect(givenUp).rejects.toThrow('no time')
    await flush()
    expect(ready).not.toHaveBeenCalled()
    gate.resolve()
    await waiting
  })

  it('waits for a place where places are limited', async () => {
    const pool = new Pool({ size: 1, queueLimit: 1 })
    const gate = deferred()
    const [, waiting] = pool.mapN(() => gate.promise, [1, 2])
    await flush()
    const ready = vi.fn()
    const wait = pool.ready().then(ready)
    await flush()
    expect(ready).not.toHaveBeenCalled()
    await waiting?.cancel()
    await wait
    gate.resolve()
  })
})

describe('close', () => {
  it('refuses work from the call on, from running tasks too, and finishes what it has', async () => {
    const pool = new Pool(1)
    const gate = deferred()
    const refused = vi.fn()
    const running = pool.exec(async () => {
      await gate.promise
      await pool.exec(() => 1).catch(refused)
      return 'ran'
    })
    const mapped = pool.map((n) => n, [1, 2])
    await flush()
    const closed = pool.close()
    expect(() => pool.spawnN(() => 1)).toThrow(ExecutorClosedError)
    gate.resolve()
    expect(await running).toBe('ran')
    expect(await mapped).toEqual([1, 2])
    expect(refused).toHaveBeenCalledWith(expect.any(ExecutorClosedError))
    await closed
    await pool.close()
  })

  it("with 'reject' cancels all: promises reject now, handles follow their bodies", async () => {
    const pool = new Pool(2)
    const end = deferred()
    const executed = pool.exec(() => end.promise).catch((error) => error)
    const handle = pool.spawnN(() => end.promise)
    const waiting = pool.spawnN(() => 1)
    const mapped = pool.map((n) => n, [1]).catch((error) => error)
    await flush()
    const closed = pool.close({ pending: 'reject' })
    expect(await executed).toMatchObject({ origin: 'close', started: true })
    expect(await mapped).toMatchObject({ origin: 'close' })
    expect(handle.status).toBe('cancelling')
    expect(waiting.error()).toMatchObject({ origin: 'close', started: false })
    const settled = vi.fn()
    void closed.then(settled)
    await flush()
    expect(settled).not.toHaveBeenCalled()
    end.resolve()
    await closed
    expect(handle.status).toBe('fulfilled')
  })

  it('at the end of timeoutMs settles the rest and leaves the bodies', async () => {
    vi.useFakeTimers()
    const pool = new Pool(1)
    const end = deferred()
    const handle = pool.spawnN(() => end.promise)
    const waiting = pool.spawnN(() => 1)
    const closed = pool.close({ timeoutMs: 100 })
    await vi.advanceTimersByTimeAsync(99)
    expect(handle.done).toBe(false)
    await vi.advanceTimersByTimeAsync(1)
    await closed
    expect(handle.error()).toMatchObject({ origin: 'close' })
    expect(waiting.error()).toMatchObject({ origin: 'close' })
    expect(pool).toMatchObject({ running: 1, cancelling: 1 })
    end.resolve()
    await flush()
    expect(pool).toMatchObject({ running: 0, cancelling: 0 })
    expect(vi.getTimerCount()).toBe(0)
  })

  it('at the end of timeoutMs settles what is being cancelled already', async () => {
    vi.useFakeTimers()
    const pool = new Pool(1)
    const handle = await pool.spawn(() => new Promise(() => {}))
    void handle.cancel('mine')
    const closed = pool.close({ timeoutMs: 10 })
    await vi.advanceTimersByTimeAsync(10)
    await closed
    expect(handle.error()).toBe('mine')
  })

  it('never closes an injected executor', async () => {
    const executor = new Pool(1)
    const pool = new Pool({ executor })
    expect(await pool.exec(() => 1)).toBe(1)
    await pool.close()
    expect(await executor.exec(() => 2)).toBe(2)
  })
})

describe('close, with streams', () => {
  it('ends one that nobody pulls once all else has ended', async () => {
    const pool = new Pool(3)
    const gate = deferred()
    const ended = vi.fn()
    const forgotten = pool.stream(function* () {
      try {
        yield 1
        yield 2
      } finally {
        ended()
      }
    }, [])
    await forgotten.next()
    const sum = pool.exec(async () => {
      let sum = 0
      for await (const n of pool.stream(function* () {
        yield* [1, 2, 3]
      }, [])) {
        await gate.promise
        sum += n
      }
      return sum
    })
    await flush()
    const closed = pool.close()
    await flush()
    expect(ended).not.toHaveBeenCalled()
    gate.resolve()
    expect(await sum).toBe(6)
    await closed
    expect(ended).toHaveBeenCalledOnce()
    await expect(forgotten.next()).rejects.toMatchObject({ origin: 'shutdown' })
    expect(pool).toMatchObject({ running: 0, cancelling: 0, executed: 3 })
  })

  it('waits for one between two attempts, or cancels it', async () => {
    vi.useFakeTimers()
    const flaky = (): (() => Generator<number>) => {
      let attempts = 0
      return function* () {
        if (++attempts === 1) throw new Error('again')
        yield attempts
      }
    }
    const options = { retry: { times: 1, delayMs: 100 } }
    const patient = new Pool()
    const item = patient.stream(flaky(), [], options).next()
    await vi.advanceTimersByTimeAsync(0)
    const closed = patient.close()
    await vi.advanceTimersByTimeAsync(100)
    expect((await item).value).toBe(2)
    await closed
    const [closing, cancelling] = [new Pool(), new Pool()]
    const items = [closing, cancelling].map((pool) => pool.stream(flaky(), [], options).next())
    const both = Promise.allSettled(items)
    await vi.advanceTimersByTimeAsync(0)
    await closing.close({ pending: 'reject' })
    await cancelling.cancel({ reason: 'mine' })
    expect(await both).toMatchObject([{ reason: { origin: 'close' } }, { reason: 'mine' }])
    expect(vi.getTimerCount()).toBe(0)
  })
})

describe('await using', () => {
  it('joins, then closes', async () => {
    const results: number[] = []
    let left: Pool | undefined
    {
      await using pool = new Pool(1)
      left = pool
      for (const n of [1, 2]) pool.spawnN(() => results.push(n))
    }
    expect(results).toEqual([1, 2])
    expect(() => left?.spawnN(() => 1)).toThrow(ExecutorClosedError)
  })

  it('lets the error of the block through, having joined', async () => {
    const ran = vi.fn()
    const block = async () => {
      await using pool = new Pool()
      pool.spawnN(ran)
      throw new Error('block')
    }
    await expect(block()).rejects.toThrow('block')
    expect(ran).toHaveBeenCalledOnce()
  })

  it('is not held by a stream that nobody pulls, whatever it waits for besides', async () => {
    const gate = deferred()
    const seen: string[] = []
    const block = async () => {
      await using pool = new Pool(2)
      const items = pool.stream(function* () {
        try {
          yield 1
        } finally {
          seen.push('finally')
        }
      }, [])
      pool.spawnN(async () => {
        await gate.promise
        seen.push('task')
      })
      await items.next()
      return items
    }
    const left = block()
    await flush()
    expect(seen).toEqual([])
    gate.resolve()
    await expect((await left).next()).rejects.toMatchObject({ origin: 'shutdown' })
    expect(seen).toEqual(['task', 'finally'])
  })

  it('waits for a stream that is pulled', async () => {
    const gate = deferred()
    const items = await (async () => {
      await using pool = new Pool(1)
      const items = pool.stream(async function* () {
        yield 1
        await gate.promise
        yield 2
      }, [])
      await items.next()
      const second = items.next()
      void flush().then(() => gate.resolve())
      void second.then(({ value }) => expect(value).toBe(2))
      return items
    })()
    await expect(items.next()).rejects.toMatchObject({ origin: 'shutdown' })
  })

  it("cancels with onDispose: 'cancel'", async () => {
    const seen: unknown[] = []
    {
      await using pool = new Pool({ onDispose: 'cancel' })
      const handle = await pool.spawn(heed)
      void handle.settled.then(({ status }) => seen.push(status))
    }
    await flush()
    expect(seen).toEqual(['cancelled'])
  })
})

describe('PoolOptions.signal', () => {
  it('cancels all work, present and future', async () => {
    const controller = new AbortController()
    const pool = new Pool({ size: 1, signal: controller.signal })
    const reason = new Error('shutdown')
    const handle = await pool.spawn(heed)
    const executed = pool.exec(() => 1).catch((error) => error)
    const mapped = pool.map((n) => n, [1]).catch((error) => error)
    const settled = pool.map((n) => n, [1], { results: 'settled' }).catch((error) => error)
    const streamed = pool.stream(function* () {
      yield 1
    }, [])
    const next = streamed.next().catch((error) => error)
    await flush()
    controller.abort(reason)
    expect(await handle.settled).toEqual({ status: 'cancelled', reason })
    for (const call of [executed, mapped, settled, next]) expect(await call).toBe(reason)
    const fn = vi.fn()
    expect(pool.spawnN(fn).error()).toBe(reason)
    await expect(pool.exec(fn)).rejects.toBe(reason)
    await expect(pool.spawn(fn)).rejects.toBe(reason)
    await expect(pool.map(fn, [1])).rejects.toBe(reason)
    await expect(pool.submit(fn, [])).rejects.toBe(reason)
    await expect(pool.stream(fn as never, []).next()).rejects.toBe(reason)
    expect(await pool.join()).toBe(true)
    expect(fn).not.toHaveBeenCalled()
  })

  it('may be aborted before', async () => {
    const reason = new Error('before')
    const pool = new Pool({ signal: AbortSignal.abort(reason) })
    await expect(pool.exec(() => 1)).rejects.toBe(reason)
  })

  it('has no listener left after close', async () => {
    const controller = new AbortController()
    const removed = vi.spyOn(controller.signal, 'removeEventListener')
    const pool = new Pool({ signal: controller.signal })
    await pool.exec(() => 1)
    await pool.close()
    expect(removed).toHaveBeenCalledOnce()
  })
})
