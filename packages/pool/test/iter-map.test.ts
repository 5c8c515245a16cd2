import { deferred } from '@conc/core/internal'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { Pool, type PoolTask } from '../src/index.js'
import { flush } from './flush.js'

async function all<T>(items: AsyncIterable<T>): Promise<T[]> {
  const seen: T[] = []
  for await (const item of items) seen.push(item)
  return seen
}

const gates = (count: number) => Array.from({ length: count }, () => deferred<number>())

async function* asyncly<T>(items: Iterable<T>): AsyncGenerator<T> {
  yield* items
}

const heed = ({ signal }: PoolTask) =>
  new Promise<never>((_, reject) => signal.addEventListener('abort', () => reject(signal.reason)))

describe('iterMap', () => {
  afterEach(() => void vi.useRealTimers())

  it('starts nothing more, and closes a lazy source, where that cancels everything itself', async () => {
    const pool = new Pool(1)
    const [started, closed] = [vi.fn(), vi.fn()]
    const source = function* () {
      try {
        yield 1
        void pool.cancel()
        yield 2
      } finally {
        closed()
      }
    }
    await all(pool.iterMap(started, source(), { lazy: true, buffer: 2 }))
    expect(started).not.toHaveBeenCalled()
    expect(closed).toHaveBeenCalledOnce()
  })

  it('begins nothing lazily once the signal of its pool has aborted', async () => {
    const pool = new Pool({ signal: AbortSignal.abort('enough') })
    const fn = vi.fn()
    const endless = function* () {
      for (;;) yield 1
    }
    const items = pool.iterMap(fn, endless(), { lazy: true })
    await expect(items.next()).rejects.toBe('enough')
    expect(await items.next()).toEqual({ done: true, value: undefined })
    expect(fn).not.toHaveBeenCalled()
  })

  it('spawns nothing before the first next(), then all of it', async () => {
    const pool = new Pool(1)
    const pulled = vi.fn()
    const items = pool.iterMap(
      (n) => n,
      (function* () {
        for (const n of [1, 2]) {
          pulled(n)
          yield n
        }
      })(),
    )
    await flush()
    expect(pulled).not.toHaveBeenCalled()
    expect(pool.isEmpty).toBe(true)
    const first = items.next()
    expect(pulled).toHaveBeenCalledTimes(2)
    expect(pool.waiting).toBe(2)
    expect(await first).toEqual({ done: false, value: 1 })
    expect(await all(items)).toEqual([2])
  })

  it('yields in completion order, each round as it ends', async () => {
    const open = gates(3)
    const results: number[] = []
    const done = (async () => {
      const items = new Pool().iterMap((n) => open[n]?.promise, [0, 1, 2], { yieldWhen: 'first' })
      for await (const item of items) results.push(item as number)
    })()
    for (const n of [2, 0, 1]) {
      open[n]?.resolve(n)
      await flush()
      expect(results.at(-1)).toBe(n)
    }
    await done
  })

  it('waits for all unless told otherwise, and gives rounds as arrays', async () => {
    const open = gates(2)
    const items = new Pool().iterMap((n) => open[n]?.promise, [0, 1], { flat: false })
    const round = items.next()
    const settled = vi.fn()
    void round.then(settled)
    open[1]?.resolve(1)
    await flush()
    expect(settled).not.toHaveBeenCalled()
    open[0]?.resolve(0)
    expect(await round).toEqual({ done: false, value: [1, 0] })
    expect((await items.next()).done).toBe(true)
  })

  it('gives results in every mode', async () => {
    const error = new Error('x')
    const fn = async (n: number) => {
      if (n === 2) throw error
      return n
    }
    const pool = new Pool()
    expect(await all(pool.iterMap(fn, [1, 2]))).toEqual([1, error])
    expect(await all(pool.iterMap(fn, [1, 2], { results: 'pair' }))).toEqual([
      [1, undefined],
      [undefined, error],
    ])
    expect(await all(pool.iterMap(fn, [1], { results: 'settled' }))).toEqual([
      { status: 'fulfilled', value: 1 },
    ])
    expect(await all(pool.iterMap(fn, [1], { results: (handle) => handle.status }))).toEqual([
      'fulfilled',
    ])
    const [handle] = await all(pool.iterMap(fn, [1], { results: 'handle' }))
    expect(handle?.result()).toBe(1)
  })

  it.each([false, true])("throws the first failure with 'values' (lazy: %s)", async (lazy) => {
    const pool = new Pool(3)
    const end = deferred()
    const reasons: unknown[] = []
    const fn = async (n: number, task: PoolTask) => {
      if (n === 0) return n
      if (n === 2) throw new Error('two')
      task.signal.addEventListener('abort', () => reasons.push(task.signal.reason))
      await end.promise
      return n
    }
    const items = pool.iterMap(fn, [0, 1, 2, 3], { results: 'values', yieldWhen: 'first', lazy })
    expect((await items.next()).value).toBe(0)
    const failing = items.next()
    const settled = vi.fn()
    failing.then(settled, settled)
    await flush()
    expect(reasons.length).toBeGreaterThan(0)
    expect(reasons.every((reason) => (reason as { origin: string }).origin === 'sibling')).toBe(
      true,
    )
    expect(settled).not.toHaveBeenCalled()
    end.resolve()
    await expect(failing).rejects.toThrow('two')
    expect(pool.isEmpty).toBe(true)
  })

  it.each([false, true])('yields in input order where asked (lazy: %s)', async (lazy) => {
    const open = gates(3)
    const results: number[] = []
    const done = (async () => {
      const items = new Pool().iterMap((n) => open[n]?.promise, [0, 1, 2], { ordered: true, lazy })
      for await (const item of items) results.push(item as number)
    })()
    open[2]?.resolve(2)
    open[1]?.resolve(1)
    await flush()
    expect(results).toEqual([])
    open[0]?.resolve(0)
    await done
    expect(results).toEqual([0, 1, 2])
  })

  it.each([false, true])(
    "ordered and 'values' (lazy: %s) gives what came before the failure",
    async (lazy) => {
      const fn = async (n: number) => {
        if (n === 2) throw new Error('two')
        return n
      }
      const items = new Pool(1).iterMap(fn, [0, 1, 2, 3], {
        ordered: true,
        results: 'values',
        lazy,
      })
      expect([(await items.next()).value, (await items.next()).value]).toEqual([0, 1])
      await expect(items.next()).rejects.toThrow('two')
    },
  )

  it('ends a round after roundMs; one that brought nothing yields nothing', async () => {
    vi.useFakeTimers()
    const open = gates(2)
    const rounds: unknown[] = []
    const done = (async () => {
      const items = new Pool().iterMap((n) => open[n]?.promise, [0, 1], {
        flat: false,
        roundMs: 100,
      })
      for await (const round of items) rounds.push(round)
    })()
    await vi.advanceTimersByTimeAsync(150)
    expect(rounds).toEqual([])
    open[1]?.resolve(1)
    await vi.advanceTimersByTimeAsync(40)
    expect(rounds).toEqual([])
    await vi.advanceTimersByTimeAsync(10)
    expect(rounds).toEqual([[1]])
    open[0]?.resolve(0)
    await done
    expect(rounds).toEqual([[1], [0]])
    expect(vi.getTimerCount()).toBe(0)
  })

  it("ends a round at a failure with 'firstError', and not at a cancel", async () => {
    const open = gates(3)
    const pool = new Pool()
    const items = pool.iterMap((n) => open[n]?.promise, [0, 1, 2], {
      flat: false,
      yieldWhen: 'firstError',
      results: 'settled',
    })
    const round = items.next()
    const settled = vi.fn()
    void round.then(settled)
    await flush()
    open[0]?.resolve(0)
    await flush()
    expect(settled).not.toHaveBeenCalled()
    open[1]?.reject(new Error('x'))
    expect((await round).value).toMatchObject([{ status: 'fulfilled' }, { status: 'rejected' }])
    const last = items.next()
    void pool.cancel()
    open[2]?.reject(new DOMException('x', 'AbortError'))
    expect((await last).value).toMatchObject([{ status: 'cancelled' }])
  })

  it("counts only failures of the round itself with 'firstError'", async () => {
    const open = gates(3)
    const items = new Pool().iterMap((n) => open[n]?.promise, [0, 1, 2], {
      flat: false,
      yieldWhen: 'firstError',
      results: 'settled',
    })
    open[0]?.reject(new Error('x'))
    expect((await items.next()).value).toMatchObject([{ status: 'rejected' }])
    const round = items.next()
    const settled = vi.fn()
    void round.then(settled)
    open[1]?.resolve(1)
    await flush()
    expect(settled).not.toHaveBeenCalled()
    open[2]?.resolve(2)
    expect((await round).value).toMatchObject([{ value: 1 }, { value: 2 }])
  })

  it('lets the rest run after a break, or cancels it where asked', async () => {
    const pool = new Pool()
    const end = deferred()
    for await (const _ of pool.iterMap(
      async (n) => (n === 0 ? undefined : await end.promise),
      [0, 1],
      {
        yieldWhen: 'first',
      },
    ))
      break
    expect(pool).toMatchObject({ running: 1, cancelling: 0 })
    end.resolve()
    await pool.join()
    const cancelled = pool.iterMap((n, task) => (n === 0 ? n : heed(task)), [0, 1], {
      yieldWhen: 'first',
      onBreak: 'cancel',
    })
    for await (const _ of cancelled) break
    await pool.join()
    expect(pool.executed).toBe(4)
  })

  it('rejects at once when its signal aborts', async () => {
    const controller = new AbortController()
    const pool = new Pool(1)
    const end = deferred()
    const items = pool.iterMap(() => end.promise, [0, 1], { signal: controller.signal })
    const next = items.next()
    await flush()
    controller.abort(new Error('stop'))
    await expect(next).rejects.toThrow('stop')
    expect(pool).toMatchObject({ running: 1, waiting: 0 })
    end.resolve()
    await pool.join()
  })

  it('rejects with what an eager source throws, having spawned nothing', async () => {
    const pool = new Pool()
    const source = (function* () {
      yield 1
      throw new Error('source')
    })()
    await expect(pool.iterMap((n) => n, source).next()).rejects.toThrow('source')
    expect(pool.isEmpty).toBe(true)
  })
})

describe.each([
  ['lazy', (items: Iterable<number>) => items],
  ['of an async source', asyncly],
])('iterMap, %s', (_, source) => {
  it('keeps at most buffer items running or unread', async () => {
    const pool = new Pool(10)
    const pulled: number[] = []
    const counted = function* () {
      for (const n of [0, 1, 2, 3, 4]) {
        pulled.push(n)
        yield n
      }
    }
    const items = pool.iterMap((n) => n, source(counted()), { lazy: true, buffer: 2 })
    const first = items.next()
    await flush()
    // Two were pulled, one of them is read: room for one more.
    expect(pulled).toEqual([0, 1, 2])
    expect((await first).value).toBe(0)
    await flush()
    expect(pulled).toEqual([0, 1, 2])
    expect(await all(items)).toEqual([1, 2, 3, 4])
  })

  it("has a buffer of the pool's size by default, and takes arrays as rounds", async () => {
    const items = new Pool(2).iterMap((n) => n, source([0, 1, 2, 3, 4]), {
      lazy: true,
      flat: false,
    })
    expect((await all(items)).flat()).toEqual([0, 1, 2, 3, 4])
    expect(await all(new Pool(2).iterMap((n) => n, source([]), { lazy: true }))).toEqual([])
  })

  it('gives what has started, then rejects with what the source threw', async () => {
    const failing = function* () {
      yield 1
      throw new Error('source')
    }
    const items = new Pool().iterMap((n) => n, source(failing()), { lazy: true })
    expect((await items.next()).value).toBe(1)
    await expect(items.next()).rejects.toThrow('source')
  })

  it('closes the source at a break', async () => {
    const closed = vi.fn()
    const closing = function* () {
      try {
        yield* [1, 2, 3, 4]
      } finally {
        closed()
      }
    }
    for await (const _ of new Pool(1).iterMap((n) => n, source(closing()), { lazy: true })) break
    await flush()
    expect(closed).toHaveBeenCalledOnce()
  })

  it('lets the rest run after a break, or cancels it where asked', async () => {
    const pool = new Pool(3)
    const reasons: unknown[] = []
    const fn = async (n: number, task: PoolTask) => {
      if (n === 0) return
      await heed(task).catch((reason) => reasons.push(reason))
    }
    const breakFrom = async (onBreak: 'leave' | 'cancel') => {
      const options = { lazy: true, onBreak } as const
      for await (const _ of pool.iterMap(fn, source([0, 1, 2]), options)) break
    }
    await breakFrom('leave')
    expect([reasons, pool.running]).toEqual([[], 2])
    await pool.cancel()
    reasons.length = 0
    await breakFrom('cancel')
    await pool.join()
    expect(reasons).toMatchObject([{ origin: 'cancel' }, { origin: 'cancel' }])
  })

  it('pulls no more when everything is cancelled, and gives what it has', async () => {
    const pool = new Pool(2)
    const items = pool.iterMap((n, task) => (n === 0 ? n : heed(task)), source([0, 1, 2, 3]), {
      lazy: true,
      results: 'settled',
    })
    expect((await items.next()).value).toEqual({ status: 'fulfilled', value: 0 })
    await flush()
    const reason = new Error('enough')
    await pool.cancel({ reason })
    const rest = await all(items)
    expect(rest.length).toBeLessThan(3)
    expect(rest.every((one) => one.status === 'cancelled' && one.reason === reason)).toBe(true)
  })

  it('refuses what it pulls after close', async () => {
    const pool = new Pool(1)
    const items = pool.iterMap((n) => n, source([0, 1, 2, 3]), { lazy: true, buffer: 1 })
    expect((await items.next()).value).toBe(0)
    const closed = pool.close()
    await expect(all(items)).rejects.toMatchObject({ code: 'CONC_EXECUTOR_CLOSED' })
    await closed
  })

  it("rejects when the pool's own signal aborts", async () => {
    const controller = new AbortController()
    const pool = new Pool({ size: 1, signal: controller.signal })
    const items = pool.iterMap((_, task) => heed(task), source([0, 1]), { lazy: true })
    const next = items.next()
    await flush()
    controller.abort(new Error('stop'))
    await expect(next).rejects.toThrow('stop')
    await pool.join()
  })
})
