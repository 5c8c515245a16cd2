import { deferred } from '@conc/core/internal'
import { describe, expect, it, vi } from 'vitest'
import { Pool, type PoolTask, type TaskHandle } from '../src/index.js'
import { flush } from './flush.js'

const sources: Record<string, (items: number[]) => Iterable<number> | AsyncIterable<number>> = {
  'an array': (items) => items,
  'a set': (items) => new Set(items),
  'a generator': function* (items) {
    yield* items
  },
  'an async generator': async function* (items) {
    yield* items
  },
}

describe.each(Object.entries(sources))('map over %s', (_, source) => {
  it('gives results in input order', async () => {
    const gates = [0, 1, 2, 3].map(() => deferred<string>())
    const mapped = new Pool(3).map((n) => gates[n]?.promise, source([0, 1, 2, 3]))
    for (const n of [2, 3, 0, 1]) gates[n]?.resolve(`result ${n}`)
    expect(await mapped).toEqual(['result 0', 'result 1', 'result 2', 'result 3'])
  })

  it('gives nothing of nothing', async () => {
    const pool = new Pool()
    expect(await pool.map((n) => n, source([]))).toEqual([])
    expect(pool.isEmpty).toBe(true)
  })

  it('never runs more than size, and no fewer while there are items', async () => {
    const pool = new Pool(2)
    let running = 0
    const seen: number[] = []
    await pool.map(
      async () => {
        seen.push(++running)
        for (let turn = 0; turn < 10; turn++) await null
        running--
      },
      source([0, 1, 2, 3, 4, 5]),
    )
    expect(Math.max(...seen)).toBe(2)
    expect(pool).toMatchObject({ running: 0, waiting: 0, executed: 6 })
  })

  it('shares the line item by item', async () => {
    const pool = new Pool(1)
    const order: string[] = []
    const note = async (what: string) => void order.push(what)
    const map = pool.map((n) => note(`item ${n}`), source([0, 1, 2]))
    await flush()
    const blocked = new Pool(1)
    const gate = deferred()
    void blocked.exec(() => gate.promise)
    const mapped = blocked.map((n) => note(`late ${n}`), source([0, 1]))
    await flush()
    const single = blocked.exec(() => note('single'))
    gate.resolve()
    await Promise.all([map, mapped, single])
    expect(order.slice(3)).toEqual(['late 0', 'single', 'late 1'])
  })

  it('gives errors and cancels in their place', async () => {
    const pool = new Pool()
    const error = new RangeError('two')
    const fn = async (n: number) => {
      if (n === 2) throw error
      if (n === 3) throw 'three'
      return n
    }
    const flat = await pool.map(fn, source([1, 2, 3]))
    expect(flat.slice(0, 2)).toEqual([1, error])
    expect(flat[1]).toBe(error)
    expect(flat[2]).toMatchObject({ message: 'A task threw string: three', cause: 'three' })
    expect(await pool.map(fn, source([1, 2]), { results: 'pair' })).toEqual([
      [1, undefined],
      [undefined, error],
    ])
    expect(await pool.map(fn, source([1, 2]), { results: 'settled' })).toEqual([
      { status: 'fulfilled', value: 1 },
      { status: 'rejected', reason: error },
    ])
    const handles = await pool.map(fn, source([1, 2]), { results: 'handle' })
    expect(handles.map((handle) => handle.status)).toEqual(['fulfilled', 'rejected'])
    const read = (handle: TaskHandle<number>) => `${handle.id > 0} ${handle.status}`
    expect(await pool.map(fn, source([1, 2]), { results: read })).toEqual([
      'true fulfilled',
      'true rejected',
    ])
  })

  it("throws the first failure with 'values', after the end of what it cancelled", async () => {
    const pool = new Pool(2)
    const end = deferred()
    const started: number[] = []
    const reasons: unknown[] = []
    const mapped = pool.map(
      async (n, task) => {
        started.push(n)
        if (n === 1) throw new Error('one')
        task.signal.addEventListener('abort', () => reasons.push(task.signal.reason))
        await end.promise
        return n
      },
      source([0, 1, 2, 3]),
      { results: 'values' },
    )
    const settled = vi.fn()
    mapped.then(settled, settled)
    await flush()
    expect(reasons).toMatchObject([{ origin: 'sibling', cause: { message: 'one' } }])
    expect(settled).not.toHaveBeenCalled()
    end.resolve()
    await expect(mapped).rejects.toThrow('one')
    expect(started).toEqual([0, 1])
    expect(await pool.map(async (n) => n, source([1, 2]), { results: 'values' })).toEqual([1, 2])
  })

  it('gives what it has when everything is cancelled', async () => {
    const pool = new Pool(2)
    const pulled = vi.fn()
    const mapped = pool.map(
      async (n, { signal }) => {
        pulled(n)
        if (n === 0) return n
        await new Promise((_, reject) => {
          signal.addEventListener('abort', () => reject(signal.reason))
        })
      },
      source([0, 1, 2, 3, 4]),
    )
    await flush()
    const reason = new Error('enough')
    const report = await pool.cancel({ reason, results: 'settled' })
    const results = await mapped
    expect(report.cancelled).toBe(report.results.length)
    expect(results.slice(0, 3)).toEqual([0, reason, reason])
    expect(results.slice(1)).toHaveLength(report.cancelled)
    expect(pulled).toHaveBeenCalledTimes(3)
    expect(pool.isEmpty).toBe(true)
  })

  it('rejects at once when its signal aborts, and holds the slots to the real end', async () => {
    const pool = new Pool(2)
    const end = deferred()
    const controller = new AbortController()
    const mapped = pool.map(() => end.promise, source([0, 1, 2, 3]), {
      signal: controller.signal,
    })
    await flush()
    controller.abort(new Error('stop'))
    await expect(mapped).rejects.toThrow('stop')
    expect(pool).toMatchObject({ running: 2, cancelling: 2, waiting: 0 })
    end.resolve()
    await pool.join()
    expect(pool.executed).toBe(2)
  })

  it('never begins when its signal is aborted already', async () => {
    const fn = vi.fn()
    const pool = new Pool()
    const signal = AbortSignal.abort(new Error('before'))
    await expect(pool.map(fn, source([1]), { signal })).rejects.toThrow('before')
    await pool.join()
    expect(fn).not.toHaveBeenCalled()
  })

  it('runs callbacks in the slots, and lets them make results', async () => {
    const pool = new Pool(1)
    const cb = async (value: number | undefined, failure: unknown, ctx: string) =>
      failure ? `${ctx} failed` : `${ctx} ${value} ${pool.running}`
    const fn = async (n: number) => {
      if (n === 1) throw new Error('one')
      return n
    }
    expect(await pool.map(fn, source([0, 1]), { cb, ctx: 'item' })).toEqual([
      'item 0 1',
      'item failed',
    ])
  })

  it('repeats items by themselves, without their slot in the pause', async () => {
    vi.useFakeTimers()
    const pool = new Pool(1)
    const attempts: number[] = []
    const mapped = pool.map(
      async (n) => {
        attempts.push(n)
        if (n === 0 && attempts.length < 4) throw new Error('again')
        return n
      },
      source([0, 1]),
      { retry: { times: 2, delayMs: 10 } },
    )
    await flush()
    expect(attempts).toEqual([0, 1])
    expect(pool).toMatchObject({ running: 0, waiting: 1 })
    await vi.advanceTimersByTimeAsync(20)
    expect(await mapped).toEqual([0, 1])
    expect(attempts).toEqual([0, 1, 0, 0])
    vi.useRealTimers()
  })
})

describe('map', () => {
  it.each([
    ['sync', 90],
    ['async', 50],
  ])('times items of a %s source out from their pull', async (kind, expected) => {
    vi.useFakeTimers()
    const start = Date.now()
    const outOfTime: [number, number, unknown][] = []
    const gate = deferred()
    const fn = async (n: number, { signal }: PoolTask) => {
      signal.addEventListener('abort', () =>
        outOfTime.push([n, Date.now() - start, signal.reason.phase]),
      )
      if (n === 0) await gate.promise
      else await new Promise((_, reject) => signal.addEventListener('abort', reject))
    }
    const source =
      kind === 'sync'
        ? [0, 1]
        : (async function* () {
            yield* [0, 1]
          })()
    const mapped = new Pool(1).map(fn, source, { timeoutMs: 50, results: 'settled' })
    await vi.advanceTimersByTimeAsync(40)
    gate.resolve()
    await vi.advanceTimersByTimeAsync(60)
    expect(outOfTime).toEqual([[1, expected, 'running']])
    expect(await mapped).toMatchObject([{ status: 'fulfilled' }, { status: 'rejected' }])
    vi.useRealTimers()
  })

  it('pulls a sync source with a slot in hand only, and by one', async () => {
    const pool = new Pool(2)
    const gates = [0, 1, 2].map(() => deferred())
    const pulled: number[] = []
    const source = function* () {
      for (const n of [0, 1, 2]) {
        pulled.push(n)
        yield n
      }
    }
    const mapped = pool.map((n) => gates[n]?.promise, source())
    expect(pulled).toEqual([])
    await flush()
    expect(pulled).toEqual([0, 1])
    gates[0]?.resolve()
    await flush()
    expect(pulled).toEqual([0, 1, 2])
    for (const gate of gates) gate.resolve()
    await mapped
  })

  it.each(['cancel', 'abort'] as const)(
    'starts nothing more, and closes the source, where that asks for a %s itself',
    async (how) => {
      const controller = new AbortController()
      const pool = new Pool({ size: 1, signal: controller.signal })
      const [started, closed] = [vi.fn(), vi.fn()]
      const source = function* () {
        try {
          yield 1
          if (how === 'cancel') void pool.cancel()
          else controller.abort('enough')
          yield 2
          yield 3
        } finally {
          closed()
        }
      }
      const mapped = pool.map((n) => {
        started(n)
        return n
      }, source())
      if (how === 'cancel') expect(await mapped).toEqual([1])
      else await expect(mapped).rejects.toBe('enough')
      await pool.join()
      expect(started.mock.calls).toEqual([[1]])
      expect(closed).toHaveBeenCalledOnce()
    },
  )

  it('pulls an async source one item ahead, and holds no slot meanwhile', async () => {
    const pool = new Pool(1)
    const gates = [0, 1, 2].map(() => deferred())
    const items = [0, 1, 2].map(() => deferred())
    const pulled: number[] = []
    const source = async function* () {
      for (const n of [0, 1, 2]) {
        pulled.push(n)
        await items[n]?.promise
        yield n
      }
    }
    const mapped = pool.map((n) => gates[n]?.promise, source())
    await flush()
    expect(pool).toMatchObject({ running: 0, waiting: 0 })
    items[0]?.resolve()
    items[1]?.resolve()
    await flush()
    expect(pulled).toEqual([0, 1])
    expect(pool).toMatchObject({ running: 1, waiting: 1 })
    gates[0]?.resolve()
    await flush()
    expect(pulled).toEqual([0, 1, 2])
    items[2]?.resolve()
    for (const gate of gates) gate.resolve()
    await mapped
  })

  it.each(['sync', 'async'])(
    'rejects with what a %s source threw, when all has finished',
    async (kind) => {
      const pool = new Pool(2)
      const end = deferred()
      const sync = function* () {
        yield 1
        throw new Error('source')
      }
      const source =
        kind === 'sync'
          ? sync()
          : (async function* () {
              yield* sync()
            })()
      const settled = vi.fn()
      const mapped = pool.map(() => end.promise, source)
      mapped.then(settled, settled)
      await flush()
      expect(settled).not.toHaveBeenCalled()
      expect(pool.running).toBe(1)
      end.resolve()
      await expect(mapped).rejects.toThrow('source')
      await expect(pool.join()).resolves.toBe(true)
    },
  )

  it.each(['sync', 'async'])('closes a %s source it leaves early', async (kind) => {
    const pool = new Pool(1)
    const closed = vi.fn()
    const sync = function* () {
      try {
        yield* [1, 2, 3]
      } finally {
        closed()
      }
    }
    const source =
      kind === 'sync'
        ? sync()
        : (async function* () {
            yield* sync()
          })()
    const failing = pool.map(() => Promise.reject(new Error('x')), source, { results: 'values' })
    await expect(failing).rejects.toThrow('x')
    await flush()
    expect(closed).toHaveBeenCalledOnce()
  })

  it.each([Symbol.iterator, Symbol.asyncIterator])(
    'rejects when a source is no good %s',
    async (kind) => {
      const pool = new Pool()
      const silent = { [kind]: () => ({ next: () => undefined }) } as unknown as Iterable<number>
      await expect(pool.map((n) => n, silent)).rejects.toThrow(TypeError)
      const throwing = {
        [kind]: () => ({
          next: () => {
            throw new Error('at once')
          },
        }),
      } as unknown as Iterable<number>
      await expect(pool.map((n) => n, throwing)).rejects.toThrow('at once')
      expect(await pool.join()).toBe(true)
    },
  )

  it('ends although an async source never answers, when everything is cancelled', async () => {
    const pool = new Pool()
    const source = { [Symbol.asyncIterator]: () => ({ next: () => new Promise<never>(() => {}) }) }
    const mapped = pool.map((n) => n, source)
    const joined = pool.join()
    await flush()
    expect(await pool.cancel()).toEqual({ cancelled: 0, results: [] })
    expect(await mapped).toEqual([])
    expect(await joined).toBe(true)
  })

  it('cancels the item that was pulled ahead', async () => {
    const pool = new Pool(1)
    const gate = deferred()
    void pool.exec(() => gate.promise)
    const fn = vi.fn()
    const mapped = pool.map(
      fn,
      (async function* () {
        yield* [1, 2]
      })(),
      { results: 'settled' },
    )
    await flush()
    const reason = new Error('enough')
    const cancelled = pool.cancel({ reason, results: 'settled' })
    gate.resolve()
    expect((await cancelled).cancelled).toBe(2)
    expect(await mapped).toEqual([{ status: 'cancelled', reason }])
    expect(fn).not.toHaveBeenCalled()
  })

  it('reads an array that grows and shrinks meanwhile', async () => {
    const pool = new Pool(1)
    const items = [1, 2, 3]
    const mapped = pool.map((n) => {
      if (n === 1) items.push(4)
      if (n === 3) items.length = 3
      return n
    }, items)
    expect(await mapped).toEqual([1, 2, 3])
  })

  it('takes a text for its characters', async () => {
    const pool = new Pool()
    const upper = (letter: string) => letter.toUpperCase()
    expect(await pool.map(upper, 'abc')).toEqual(['A', 'B', 'C'])
    const seen: unknown[] = []
    for await (const letter of pool.iterMap(upper, 'abc', { lazy: true })) seen.push(letter)
    expect(seen).toEqual(['A', 'B', 'C'])
  })

  it('rejects with what a function of the results throws', async () => {
    const read = () => {
      throw new Error('reader')
    }
    await expect(new Pool().map((n) => n, [1, 2], { results: read })).rejects.toThrow('reader')
  })

  it('settles at once under the immediate policy, while slots wait for the bodies', async () => {
    const pool = new Pool({ size: 2, cancelPolicy: 'immediate' })
    const end = deferred()
    const mapped = pool.map(() => end.promise, [1, 2, 3])
    await flush()
    const reason = new Error('now')
    await pool.cancel({ reason })
    expect(await mapped).toEqual([reason, reason])
    expect(pool.running).toBe(2)
    end.resolve()
    await pool.join()
    expect(pool.running).toBe(0)
  })

  it('takes part with two maps at once, one item each in turn', async () => {
    const pool = new Pool(1)
    const order: string[] = []
    const fn = (name: string) => async (n: number) => void order.push(`${name}${n}`)
    await Promise.all([pool.map(fn('a'), [0, 1, 2]), pool.map(fn('b'), [0, 1, 2])])
    expect(order).toEqual(['a0', 'b0', 'a1', 'b1', 'a2', 'b2'])
  })

  it('lets what an item queues while it is entered go before the next item', async () => {
    const pool = new Pool(1)
    const order: string[] = []
    await pool.map(
      (n) => {
        order.push(`item ${n}`)
        if (n === 1) pool.spawnN(() => void order.push('child'))
        return n
      },
      [0, 1, 2, 3],
    )
    expect(order).toEqual(['item 0', 'item 1', 'child', 'item 2', 'item 3'])
  })
})
