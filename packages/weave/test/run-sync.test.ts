import { inline, task, withExecutor } from '@conc/core'
import { describe, expect, it, vi } from 'vitest'
import {
  resultOf,
  WeaveAsyncError,
  type WeaveEvent,
  WeavePendingLimitError,
  weave,
} from '../src/index.js'

/** What no types would let through. */
// biome-ignore lint/suspicious/noExplicitAny: JavaScript callers
const untyped = weave as (...args: any[]) => any

describe('runSync', () => {
  it('gives the values before it returns', () => {
    const r = weave({ n: 2 })
      .do('a', ({ n }) => n + 1)
      .each('b', [1, 2], (item, { a }) => item * a)
      .each('c', 'b', function* nothing(item) {
        yield item
      })
      .do('d', ({ b }) => b.length)
      .runSync()
    expect(r.b).toEqual([3, 6])
    expect(r.final).toBe(2)
    expect(r.timings.b.items).toEqual({ count: 2 })
  })

  it('takes inputs first where they are owed', () => {
    const w = weave()
      .input<{ n: number }>()
      .do('a', ({ n }) => n)
    expect(w.runSync({ n: 3 }).a).toBe(3)
    expect(w.runSync({ n: 3 }, { given: { a: 4 } }).a).toBe(4)
  })

  it('runs a chain of 10 000 without a deep stack, and the higher priority first', () => {
    let w = untyped().do('t0', () => 0)
    for (let i = 1; i < 10_000; i++) w = w.do(`t${i}`, { needs: [`t${i - 1}`] }, () => i)
    expect(w.runSync().final).toBe(9999)
    const order: string[] = []
    weave()
      .do('low', () => order.push('low'))
      .do('high', { priority: 1 }, () => order.push('high'))
      .runSync()
    expect(order).toEqual(['high', 'low'])
  })

  it('throws the error of a task, and keeps what had finished', () => {
    const error = new Error('x')
    const w = weave()
      .do('a', () => 1)
      .each('b', [1, 2], (n) => {
        if (n === 2) throw error
        return n
      })
      .do('c', ({ b }) => b)
    expect(() => w.runSync()).toThrow(error)
    expect(resultOf(error)?.values).toEqual({ a: 1 })
    expect(resultOf(error)?.tasks.b).toMatchObject({ partial: new Map([[0, 1]]) })
    expect(resultOf(error)?.tasks.c).toEqual({ status: 'skipped', because: 'b' })
  })

  it('repeats at once, and judges a slow body when it returns', () => {
    vi.useFakeTimers()
    try {
      let calls = 0
      const r = weave()
        .do('a', { retries: 2, timeoutMs: 10 }, () => {
          if (++calls === 1) throw new Error('x')
          if (calls === 2) vi.setSystemTime(vi.advanceTimersByTime(11) && 0)
          return calls
        })
        .runSync()
      expect(r.a).toBe(3)
      expect(r.timings.a.attempts).toBe(3)
    } finally {
      vi.useRealTimers()
    }
  })

  it('goes on with `finish-independent`', () => {
    const first = new Error('first')
    let isDone = false
    const w = weave()
      .do('bad', () => {
        throw first
      })
      .do('good', () => {
        isDone = true
      })
    expect(() => w.runSync({ onError: 'finish-independent' })).toThrow(first)
    expect(isDone).toBe(true)
  })

  it('has events', () => {
    const events: WeaveEvent[] = []
    weave()
      .each('a', [1], (n) => n)
      .runSync({ onEvent: (event) => events.push(event) })
    expect(events.map((event) => event.type)).toEqual([
      'plan',
      'ready',
      'start',
      'start',
      'end',
      'end',
      'finish',
    ])
  })

  it('refuses more items than `maxPending`', () => {
    const w = weave().each('a', [1, 2, 3], (n) => n)
    expect(() => w.runSync({ maxPending: 2 })).toThrow(WeavePendingLimitError)
    const generated = weave().each('a', new Set([1, 2, 3]).values(), (n) => n)
    expect(() => generated.runSync({ maxPending: 2 })).toThrow(
      "Task 'a' has more than 2 items (maxPending).",
    )
  })

  it('runs here, whatever the ambient executor is, and inside of another weave', async () => {
    const r = await withExecutor(inline({ name: 'other' }), () =>
      weave()
        .do(
          'outer',
          () =>
            weave()
              .do('inner', (_, ctx) => ctx.executor)
              .runSync().inner,
        )
        .run({ concurrency: 1 }),
    )
    expect(r.outer).toBe('inline')
  })
})

describe('what runSync cannot do', () => {
  const never = (): never => expect.unreachable()
  const declared = task('run-sync/declared', () => 1)
  async function* arriving(): AsyncGenerator<number> {
    yield 1
  }

  it.each([
    [
      'an async function',
      untyped()
        .do('a', never)
        .do('b', async () => 1),
      'b',
      'returns a promise',
    ],
    ['a Task', untyped().do('a', never).do('b', declared), 'b', 'is a declared Task'],
    ['an executor', untyped().do('a', { executor: inline() }, never), 'a', 'names an executor'],
    ['back-off', untyped().do('a', { retries: { times: 1, delayMs: 1 } }, never), 'a', 'waits'],
    ['a pace', untyped().each('a', [1], { perMinute: 1 }, never), 'a', 'at a pace'],
    ['an async source', untyped().each('a', arriving(), never), 'a', 'async source'],
  ])('%s is refused before any body', (_what, w, name, text) => {
    expect(() => w.runSync()).toThrow(WeaveAsyncError)
    expect(() => w.runSync()).toThrow(text)
    try {
      w.runSync()
    } catch (error) {
      expect(error).toMatchObject({ code: 'CONC_WEAVE_ASYNC', task: name })
    }
  })

  it('a promise that only the run shows ends it there, and nobody hears of its failure', () => {
    let isStarted = false
    const w = weave()
      .do('a', () => Promise.reject(new Error('lost')))
      .do('b', ({ a }) => {
        isStarted = true
        return a
      })
    expect(() => w.runSync()).toThrow(
      "Task 'a' returned a promise; use run() instead of runSync().",
    )
    expect(isStarted).toBe(false)
    const items = weave().each('a', [1, 2], (n) => Promise.resolve(n))
    expect(() => items.runSync({ onError: 'finish-independent' })).toThrow(WeaveAsyncError)
    const named = untyped({ list: arriving() }).each('a', 'list', never)
    expect(() => named.runSync()).toThrow('maps over an async source')
  })

  it('options of a run that takes time are refused', () => {
    expect(() => untyped().runSync({ concurrency: 1 })).toThrow('Expected `options`')
    expect(() => untyped().runSync({ only: [] })).toThrow('Expected `options`')
  })
})
