import { AsyncLocalStorage } from 'node:async_hooks'
import {
  currentExecutor,
  currentTask,
  inline,
  limit,
  task,
  UnsupportedWorkError,
  withExecutor,
} from '@conc/core'
import { deferred } from '@conc/core/internal'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { Pool } from '../src/index.js'
import { flush } from './flush.js'

const double = task('pool-test/double', async (n: number) => n * 2)
const where = task('pool-test/where', () => ({
  executor: currentTask()?.executor,
  name: currentTask()?.name,
  ambient: currentExecutor()?.name,
}))
const count = task('pool-test/count', async function* (to: number) {
  for (let n = 1; n <= to; n++) yield n
})

afterEach(() => void vi.useRealTimers())

describe('a declared task', () => {
  it('runs here with currentTask() and this pool as its ambient executor', async () => {
    const pool = new Pool({ name: 'io' })
    const expected = { executor: 'io', name: 'pool-test/where', ambient: 'io' }
    expect(await pool.exec(where)).toEqual(expected)
    expect(await pool.submit(where, [])).toEqual(expected)
    expect(await where.on(pool)()).toEqual(expected)
  })

  it('gets its arguments only', async () => {
    const pool = new Pool()
    const seen = task('pool-test/seen', (...args: unknown[]) => args)
    expect(await pool.exec(seen, { args: [1, 2] })).toEqual([1, 2])
    expect(await (await pool.spawn(seen, { args: [3] })).promise).toEqual([3])
    expect(await pool.spawnN(seen, { args: [] }).promise).toEqual([])
    expect(await pool.submit(seen, [4])).toEqual([4])
    expect(await pool.map(seen, [5])).toEqual([[5]])
    expect(await pool.mapN(seen, [6])[0]?.promise).toEqual([6])
    for await (const args of pool.iterMap(seen, [7])) expect(args).toEqual([7])
  })

  it('names its handles, and takes callbacks', async () => {
    const pool = new Pool()
    const handle = pool.spawnN(double, { args: [2], cb: (n, _, by) => (n ?? 0) * by, ctx: 10 })
    expect(handle.name).toBe('pool-test/double')
    expect(await handle.promise).toBe(40)
  })

  it('keeps its own retry and timeout, where the call says nothing', async () => {
    vi.useFakeTimers()
    let attempts = 0
    const flaky = task(
      'pool-test/flaky',
      async () => {
        attempts++
        if (currentTask()?.attempt !== 3) throw new Error('again')
        return currentTask()?.attempt
      },
      { retry: 2 },
    )
    const slow = task('pool-test/slow', () => new Promise(() => {}), { timeoutMs: 20 })
    const pool = new Pool()
    expect(await pool.exec(flaky)).toBe(3)
    expect(attempts).toBe(3)
    const timedOut = pool.exec(slow).catch((error) => error)
    await vi.advanceTimersByTimeAsync(20)
    expect(await timedOut).toMatchObject({ name: 'TaskTimeoutError', task: 'pool-test/slow' })
  })

  it('reports progress and reads headers', async () => {
    const telling = task('pool-test/telling', async () => {
      currentTask()?.progress('half')
      return currentTask()?.headers
    })
    const onProgress = vi.fn()
    const headers = { tracestate: 'a=b' }
    expect(await new Pool().exec(telling, { onProgress, headers })).toEqual(headers)
    expect(onProgress).toHaveBeenCalledWith('half')
  })

  it('lends its slot to the tasks it waits for: recursion deeper than size never hangs', async () => {
    const fib = task(
      'pool-test/fib',
      async (n: number): Promise<number> => (n < 2 ? n : (await fib(n - 1)) + (await fib(n - 2))),
    )
    for (const size of [1, 2]) {
      const pool = new Pool(size)
      expect(await pool.exec(fib, { args: [9] })).toBe(34)
      expect(await pool.map(fib, [5, 6, 7])).toEqual([5, 8, 13])
      expect(pool).toMatchObject({ running: 0, waiting: 0 })
    }
  })

  it.each(['exec', 'submit', 'map', 'iterMap', 'spawnN', 'stream'] as const)(
    'lends its slot to %s',
    async (how) => {
      const pool = new Pool(1)
      const calls = {
        exec: () => pool.exec(double, { args: [2] }),
        submit: () => pool.submit(double, [2]),
        map: async () => (await pool.map(double, [1, 2]))[1],
        iterMap: async () => {
          for await (const n of pool.iterMap(double, [2])) return n
        },
        spawnN: () => pool.spawnN(double, { args: [2] }).promise,
        stream: async () => {
          let last = 0
          for await (const n of pool.stream(count, [4])) last = n
          return last
        },
      }
      const parent = task(`pool-test/parent-${how}`, async () => await calls[how]())
      expect(await pool.exec(parent)).toBe(4)
      expect(pool.running).toBe(0)
    },
  )

  it('cancels what it waits for with itself, and hands its deadline down', async () => {
    vi.useFakeTimers()
    const pool = new Pool(2)
    const seen: unknown[] = []
    const child = task('pool-test/child', async () => {
      const { signal, deadline } = currentTask() as NonNullable<ReturnType<typeof currentTask>>
      seen.push(deadline)
      await new Promise((_, reject) =>
        signal.addEventListener('abort', () => reject(signal.reason)),
      )
    })
    const parent = task('pool-test/parent', async () => await pool.exec(child))
    const handle = pool.spawnN(parent, { timeoutMs: 100 })
    await vi.advanceTimersByTimeAsync(100)
    expect((await handle.settled).status).toBe('cancelled')
    expect(seen).toEqual([Date.now()])
    expect(pool.running).toBe(0)
    expect(vi.getTimerCount()).toBe(0)
  })

  it('that streams is refused where one result is wanted', async () => {
    const pool = new Pool()
    const work = count as never
    await expect(pool.submit(work, [])).rejects.toThrow(UnsupportedWorkError)
    await expect(pool.exec(work)).rejects.toThrow(UnsupportedWorkError)
    await expect(pool.map(work, [1])).rejects.toThrow(UnsupportedWorkError)
    expect(() => pool.spawnN(work)).toThrow(UnsupportedWorkError)
    expect(() => pool.mapN(work, [1])).toThrow(UnsupportedWorkError)
  })
})

describe('submit', () => {
  it('calls a closure with these arguments only', async () => {
    const fn = vi.fn((...args: number[]) => args.length)
    expect(await new Pool().submit(fn, [1, 2])).toBe(2)
    expect(fn).toHaveBeenCalledWith(1, 2)
  })
})

describe('stream', () => {
  it('holds its slot from the first next() to its end', async () => {
    const pool = new Pool(1)
    const items = pool.stream(count, [2])
    expect(pool.isEmpty).toBe(true)
    expect((await items.next()).value).toBe(1)
    expect(pool.running).toBe(1)
    expect((await items.next()).value).toBe(2)
    expect((await items.next()).done).toBe(true)
    expect(pool).toMatchObject({ running: 0, executed: 1 })
  })

  it("gives the slot back when it is left, and runs the generator's finally", async () => {
    const pool = new Pool(1)
    const closed = vi.fn()
    const items = pool.stream(function* () {
      try {
        yield 1
        yield 2
      } finally {
        closed()
      }
    }, [])
    for await (const _ of items) break
    await pool.join()
    expect(closed).toHaveBeenCalledOnce()
  })

  it('waits in line like everything else', async () => {
    const pool = new Pool(1)
    const gate = deferred()
    void pool.exec(() => gate.promise)
    const items = pool.stream(count, [1])
    const first = items.next()
    await flush()
    expect(pool).toMatchObject({ running: 1, waiting: 1 })
    gate.resolve()
    expect((await first).value).toBe(1)
    await items.return()
  })

  it('is cancelled with everything, waiting and running', async () => {
    const pool = new Pool(1)
    const running = pool.stream(count, [5])
    await running.next()
    const waiting = pool.stream(count, [5]).next()
    waiting.catch(() => {})
    await flush()
    const reason = new Error('enough')
    const report = await pool.cancel({ reason, results: 'settled' })
    expect(report).toEqual({
      cancelled: 2,
      results: [
        { status: 'cancelled', reason },
        { status: 'cancelled', reason },
      ],
    })
    await expect(waiting).rejects.toBe(reason)
    await expect(running.next()).rejects.toBe(reason)
    await pool.join()
  })

  it('rejects with what its generator throws, and tells onError', async () => {
    const onError = vi.fn()
    const pool = new Pool({ onError })
    const error = new Error('x')
    const items = pool.stream(async function* () {
      yield 1
      throw error
    }, [])
    await items.next()
    await expect(items.next()).rejects.toBe(error)
    await pool.join()
    expect(onError).toHaveBeenCalledWith(error, expect.anything())
  })

  it('begins again, where its policy says so and there was no item yet', async () => {
    const pool = new Pool(1)
    let attempts = 0
    const items = pool.stream(
      function* () {
        if (++attempts < 3) throw new Error('again')
        yield attempts
      },
      [],
      { retry: 5 },
    )
    expect((await items.next()).value).toBe(3)
    await items.return()
    await pool.join()
  })
})

describe('a stream in its second attempt', () => {
  it.each(['signal', 'cancel'] as const)('is ended by a %s as in its first', async (how) => {
    const pool = new Pool(1)
    const controller = new AbortController()
    const ended = vi.fn()
    let attempts = 0
    const items = pool.stream(
      async function* () {
        if (++attempts === 1) throw new Error('again')
        try {
          yield 1
          yield 2
        } finally {
          ended()
        }
      },
      [],
      { retry: 1, signal: controller.signal },
    )
    await items.next()
    if (how === 'signal') controller.abort('enough')
    else expect((await pool.cancel({ reason: 'enough' })).cancelled).toBe(1)
    await expect(items.next()).rejects.toBe('enough')
    await pool.join()
    expect(ended).toHaveBeenCalledOnce()
  })
})

describe('with an executor', () => {
  it('submits declared tasks there, as many at a time as there are slots here', async () => {
    const inner = inline({ name: 'there' })
    const pool = new Pool({ size: 2, executor: inner })
    expect(await pool.map(where, ['ignored' as never], { results: 'values' })).toEqual([
      { executor: 'there', name: 'pool-test/where', ambient: 'there' },
    ])
    const gate = deferred()
    const held = task('pool-test/held', async (_: number) => await gate.promise)
    const mapped = pool.map(held, [1, 2, 3])
    await flush()
    expect(inner.load.running).toBe(2)
    gate.resolve()
    await mapped
  })

  it('submits closures there where it takes them, and runs them here where not', async () => {
    const inner = inline()
    const submitted = vi.spyOn(inner, 'submit')
    const pool = new Pool({ executor: inner })
    expect(await pool.exec((one) => one.pool === pool)).toBe(true)
    expect(await pool.map((n, { id }) => n + id, [10])).toEqual([12])
    expect(await pool.submit((a: number) => a, [1])).toBe(1)
    expect(submitted).toHaveBeenCalledTimes(3)
    const tasksOnly = inline()
    Object.defineProperty(tasksOnly, 'capabilities', {
      value: { ...tasksOnly.capabilities, closures: false },
    })
    const spied = vi.spyOn(tasksOnly, 'submit')
    const there = new Pool({ executor: tasksOnly })
    expect(await there.exec(() => 1)).toBe(1)
    expect(await there.exec(double, { args: [2] })).toBe(4)
    expect(spied).toHaveBeenCalledOnce()
    expect(there.capabilities).toMatchObject({ closures: true, priority: false })
  })

  it('passes signal and remaining time on, and nothing it does itself', async () => {
    vi.useFakeTimers()
    const inner = inline()
    const submitted = vi.spyOn(inner, 'submit')
    const pool = new Pool({ size: 1, executor: inner })
    const gate = deferred()
    void pool.exec(() => gate.promise)
    const done = pool.exec(double, { args: [1], timeoutMs: 100, priority: 5, retry: 3 })
    await vi.advanceTimersByTimeAsync(40)
    gate.resolve()
    await done
    expect(submitted.mock.lastCall?.[2]).toMatchObject({ timeoutMs: 60, priority: 5, retry: 0 })
  })

  it('repeats here, the callback running once at the end', async () => {
    const pool = new Pool({ executor: inline() })
    const cb = vi.fn((n: number | undefined) => n)
    let attempts = 0
    const flaky = async () => {
      if (++attempts < 3) throw new Error('again')
      return attempts
    }
    expect(await pool.exec(flaky, { retry: 2, cb })).toBe(3)
    expect(cb).toHaveBeenCalledOnce()
  })

  it('streams from there', async () => {
    const pool = new Pool({ executor: inline({ name: 'there' }) })
    const seen: number[] = []
    for await (const n of pool.stream(count, [3])) seen.push(n)
    for await (const n of pool.stream(function* () {
      yield 4
    }, []))
      seen.push(n)
    expect(seen).toEqual([1, 2, 3, 4])
  })

  it('has its capabilities, with closures and without priority', () => {
    const { capabilities } = new Pool()
    expect(capabilities).toEqual({
      closures: true,
      streaming: true,
      durable: false,
      transfer: false,
      cancel: 'cooperative',
      delivery: 'at-most-once',
      values: 'identity',
      priority: false,
    })
    const durable = {
      ...inline(),
      capabilities: { ...capabilities, durable: true, priority: true },
    }
    Object.setPrototypeOf(durable, Object.getPrototypeOf(inline()))
    expect(new Pool({ executor: durable as never }).capabilities).toMatchObject({
      durable: true,
      priority: false,
    })
  })

  it('is one itself: limits and pools may stand before it', async () => {
    const pool = new Pool(1)
    const outer = limit(pool, 1)
    const end = deferred()
    const controller = new AbortController()
    const cancelled = outer.submit(() => end.promise, [], { signal: controller.signal })
    cancelled.catch(() => {})
    await flush()
    controller.abort()
    await flush()
    // The body goes on, so both slots are held.
    expect([outer.load.running, pool.running]).toEqual([1, 1])
    end.resolve()
    await flush()
    expect([outer.load.running, pool.running]).toEqual([0, 0])
  })
})

describe('async context', () => {
  it("is the caller's in functions and callbacks, wherever the slot came from", async () => {
    const store = new AsyncLocalStorage<string>()
    const pool = new Pool(1)
    const seen: (string | undefined)[] = []
    const note = async () => void seen.push(store.getStore())
    const cb = note
    const runs = ['a', 'b'].map((name) =>
      store.run(name, () => [
        pool.exec(note, { cb }),
        pool.spawn(note, { cb }),
        pool.map(note, [1, 2], { cb }),
        pool.map(note, [1, 2]),
        pool.map(
          note,
          (async function* () {
            yield 1
          })(),
        ),
        pool.mapN(note, [1, 2]).at(-1)?.promise,
        pool.spawnN(note).promise,
        pool.submit(note, []),
        (async () => {
          for await (const _ of pool.iterMap(note, [1]));
        })(),
        pool
          .exec(
            async () => {
              await note()
              if (seen.length % 2) throw new Error('again')
            },
            { retry: 3 },
          )
          .catch(() => {}),
      ]),
    )
    await Promise.all(runs.flat())
    expect(new Set(seen)).toEqual(new Set(['a', 'b']))
    expect(seen.filter((name) => name === 'a').length).toBeGreaterThan(12)
  })

  it.each([false, true])(
    'is that of the call to iterMap, not of who reads its results (lazy: %s)',
    async (lazy) => {
      const store = new AsyncLocalStorage<string>()
      const seen: unknown[] = []
      function* source() {
        for (const n of [0, 1, 2]) {
          seen.push(store.getStore())
          yield n
        }
      }
      const note = () => void seen.push(store.getStore())
      const items = store.run('caller', () => new Pool(1).iterMap(note, source(), { lazy }))
      await store.run('reader', async () => {
        for await (const _ of items);
      })
      expect(seen).toEqual(Array(6).fill('caller'))
    },
  )

  it('leaves the ambient executor to closures as it is', async () => {
    const here = inline({ name: 'mine' })
    const name = await withExecutor(here, () => new Pool().exec(() => currentExecutor()?.name))
    expect(name).toBe('mine')
  })
})
