import { afterEach, describe, expect, it, vi } from 'vitest'
import { resultOf, WeaveNotIterableError, weave } from '../src/index.js'
import { deferred } from './support/deferred.js'
import { settledSoon } from './support/settled-soon.js'

// biome-ignore lint/suspicious/noExplicitAny: JavaScript callers
const untyped = weave as (...args: any[]) => any

afterEach(() => {
  vi.useRealTimers()
})

describe('each', () => {
  it('gives results in item order, whatever order they finish in', async () => {
    const gates = [deferred(), deferred(), deferred()]
    const run = weave()
      .each('list', gates, async (gate, _deps, { index }) => {
        await gate.promise
        return index
      })
      .run()
    for (const gate of gates.reverse()) gate.resolve()
    expect((await run).list).toEqual([0, 1, 2])
  })

  it.each([
    ['an array', [1, 2]],
    ['a Set', new Set([1, 2])],
    ['a generator', numbers()],
    ['an async generator', arriving()],
    ['an async iterable', { [Symbol.asyncIterator]: () => arriving() }],
    ['a typed array', new Uint8Array([1, 2])],
  ])('maps over %s', async (_kind, list: Iterable<number> | AsyncIterable<number>) => {
    const w = weave().each('doubled', list, async (n: number) => n * 2)
    expect((await w.run()).doubled).toEqual([2, 4])
  })

  it('maps over a Map, by its entries', async () => {
    const r = await weave()
      .each('entries', new Map([['a', 1]]), ([key, value]) => `${key}${value}`)
      .run()
    expect(r.entries).toEqual(['a1'])
  })

  it('maps over a name, chained, and may ask for its own source', async () => {
    const r = await weave({ list: [1, 2] })
      .each('doubled', 'list', (n, { list }) => n * 2 + list.length)
      .each('more', 'doubled', (n) => n + 1)
      .run()
    expect(r.doubled).toEqual([4, 6])
    expect(r.more).toEqual([5, 7])
  })

  it('of nothing is an empty list', async () => {
    const r = await weave({ none: new Set<number>() })
      .each('a', [], () => expect.unreachable())
      .each('b', 'none', () => expect.unreachable())
      .each('c', nothing(), () => expect.unreachable())
      .run({ concurrency: 1 })
    expect([r.a, r.b, r.c]).toEqual([[], [], []])
  })

  it('starts no more than `workers` items at a time, in item order', async () => {
    const started: number[] = []
    const gates = [0, 1, 2, 3].map(() => deferred())
    const run = weave()
      .each('a', [0, 1, 2, 3], { workers: 2 }, (n) => {
        started.push(n)
        return gates[n]?.promise
      })
      .run()
    await settledSoon()
    expect(started).toEqual([0, 1])
    gates[1]?.resolve()
    await settledSoon()
    expect(started).toEqual([0, 1, 2])
    for (const gate of gates) gate.resolve()
    await run
    expect(started).toEqual([0, 1, 2, 3])
  })

  it('takes workers from the defaults', async () => {
    let running = 0
    let most = 0
    await weave()
      .defaults({ workers: 2 })
      .each('a', [1, 2, 3, 4], async () => {
        most = Math.max(most, ++running)
        await null
        running--
      })
      .run()
    expect(most).toBe(2)
  })

  it('reads an async source on only when an item may start', async () => {
    let read = 0
    const gates = [deferred(), deferred(), deferred()]
    async function* source(): AsyncGenerator<number> {
      for (; read < 3; ) yield read++
    }
    const run = weave()
      .each('a', source(), { workers: 1 }, (n) => gates[n]?.promise)
      .run()
    await settledSoon()
    expect(read).toBe(1)
    gates[0]?.resolve()
    await settledSoon()
    expect(read).toBe(2)
    gates[1]?.resolve()
    gates[2]?.resolve()
    expect((await run).a).toHaveLength(3)
  })

  it('fails with the first failed item, aborts the others and keeps the finished ones', async () => {
    const failure = new Error('third')
    let signal: AbortSignal | undefined
    const w = weave().each('a', [0, 1, 2, 3], { workers: 3 }, (n, _deps, ctx) => {
      if (n === 1) signal = ctx.signal
      if (n === 1) return deferred<number>().promise
      if (n === 2) return Promise.reject(failure)
      return Promise.resolve(n)
    })
    await expect(w.run()).rejects.toBe(failure)
    const outcome = resultOf(failure)?.tasks.a as { partial: ReadonlyMap<number, unknown> }
    expect(outcome).toMatchObject({ status: 'rejected', reason: failure })
    expect([...outcome.partial]).toEqual([[0, 0]])
    expect(signal?.aborted).toBe(true)
  })

  it('shows what was finished when a sibling failed', async () => {
    const gate = deferred()
    const settled = await weave()
      .each('a', [1, 2], (n) => (n === 1 ? n : deferred<number>().promise))
      .do('b', async () => {
        await null
        throw new Error('b')
      })
      .settle()
    gate.resolve()
    expect(settled.tasks.a).toMatchObject({ status: 'cancelled', partial: new Map([[0, 1]]) })
  })

  it('closes its source when it fails', async () => {
    const closed: string[] = []
    function* pulled(): Generator<number> {
      try {
        yield 1
        yield 2
      } finally {
        closed.push('sync')
      }
    }
    async function* arrived(): AsyncGenerator<number> {
      try {
        yield 1
        yield 2
      } finally {
        closed.push('async')
      }
    }
    const fails = () => Promise.reject(new Error('x'))
    await weave().each('a', pulled(), { workers: 1 }, fails).settle()
    await weave().each('a', arrived(), { workers: 1 }, fails).settle()
    await settledSoon()
    expect(closed).toEqual(['sync', 'async'])
  })

  it('fails when its source throws', async () => {
    const failure = new Error('source')
    // biome-ignore lint/correctness/useYield: it fails before its first item
    function* bad(): Generator<number> {
      throw failure
    }
    // biome-ignore lint/correctness/useYield: it fails before its first item
    async function* badLater(): AsyncGenerator<number> {
      throw failure
    }
    await expect(weave().each('a', bad(), String).run()).rejects.toBe(failure)
    await expect(weave().each('a', badLater(), String).run()).rejects.toBe(failure)
  })

  it('reads a one-shot iterator in one run only', async () => {
    const w = weave().each('a', numbers(), (n) => n)
    expect((await w.run()).a).toEqual([1, 2])
    await expect(w.run()).rejects.toThrow(WeaveNotIterableError)
    const late = weave().each('a', arriving(), (n) => n)
    await late.run()
    await expect(late.run()).rejects.toThrow('can be read once only')
  })

  it('rejects a named source that turns out to be no iterable', async () => {
    const w = (value: unknown) => untyped({ books: value }).each('priced', 'books', () => 1)
    await expect(w({}).run()).rejects.toMatchObject({
      name: 'WeaveNotIterableError',
      task: 'priced',
      source: 'books',
      message: "Task 'priced' maps over 'books', which is an object, not an iterable.",
    })
    await expect(w('text').run()).rejects.toThrow('which is a string')
    await expect(w(undefined).run()).rejects.toThrow('which is undefined')
  })

  it('runs 10 000 synchronous items on a flat stack', async () => {
    const list = Array.from({ length: 10_000 }, (_, n) => n)
    const w = weave().each('a', list, { workers: 3 }, (n) => n)
    expect((await w.run()).a).toEqual(list)
    expect((await w.run({ concurrency: 2 })).a).toEqual(list)
  })

  it('hands its items to args', async () => {
    const r = await weave({ width: 64 })
      .each(
        'a',
        ['x', 'y'],
        { args: (path, { width }) => [path, width] },
        (path: string, width: number) => `${path}${width}`,
      )
      .do('b', { args: ({ a }) => a }, (...all: string[]) => all.join())
      .run()
    expect(r.a).toEqual(['x64', 'y64'])
    expect(r.b).toBe('x64,y64')
    await expect(
      untyped()
        .do('a', { args: () => 1 }, () => 1)
        .run(),
    ).rejects.toThrow('Expected `args`')
  })

  it('is not closed after it threw itself', async () => {
    let closed = 0
    const source = {
      [Symbol.iterator]: () => ({
        next: (): IteratorResult<number> => {
          throw new Error('next')
        },
        return: (): IteratorResult<number> => {
          closed++
          return { done: true, value: undefined }
        },
      }),
    }
    const w = weave().each('a', source, (n) => n)
    await expect(w.run()).rejects.toThrow('next')
    expect(closed).toBe(0)
  })
})

function* numbers(): Generator<number> {
  yield 1
  yield 2
}

async function* arriving(): AsyncGenerator<number> {
  yield 1
  yield 2
}

async function* nothing(): AsyncGenerator<number> {}
