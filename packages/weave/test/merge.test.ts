import { currentTask, inline, task, UnsupportedWorkError } from '@conc/core'
import { describe, expect, it, vi } from 'vitest'
import {
  merge,
  offload,
  WeaveContextError,
  WeaveDepthError,
  type WeaveEvent,
  weave,
} from '../src/index.js'
import { deferred } from './support/deferred.js'
import { declaredOnly } from './support/executors.js'
import { settledSoon } from './support/settled-soon.js'

const hasNaN = (row: readonly number[]): boolean => row.some(Number.isNaN)

/** What no types would let through. */
// biome-ignore lint/suspicious/noExplicitAny: JavaScript callers
const untyped = merge as (...args: any[]) => Promise<unknown>

/** Calls `body` as a task. */
const inTask = async <T>(body: () => T | Promise<T>, options = {}): Promise<T> =>
  (
    await weave()
      .do('task', async () => await body())
      .run(options)
  ).task

describe('merge', () => {
  it('runs outside functions as part of a task, from the context and as an import', async () => {
    const r = await weave({ rows: [[1], [Number.NaN]] })
      .do('one', ({ rows }, { merge }) => merge(() => rows.length))
      .do('each', ({ rows }, { merge }) => merge(hasNaN, rows))
      .do('imported', async ({ rows }) => {
        await settledSoon()
        return await merge(async (row: number[]) => hasNaN(row), rows, { workers: 1 })
      })
      .run()
    expect([r.one, r.each, r.imported]).toEqual([2, [false, true], [false, true]])
  })

  it('gives the item alone, and takes every kind of source', async () => {
    const seen = await inTask(() => merge((...args: unknown[]) => args, new Set(['a', 'b'])))
    expect(seen).toEqual([['a'], ['b']])
    const numbers = await inTask(() => merge(Number.parseInt as (text: string) => number, ['10']))
    expect(numbers).toEqual([10])
    expect(await inTask(() => merge((...args: unknown[]) => args.length))).toBe(0)
  })

  it('takes declared tasks, with their item', async () => {
    const double = task('merge/double', (n: number, extra?: unknown) => [n * 2, extra])
    const none = task('merge/none', (...args: unknown[]) => args.length)
    expect(await inTask(() => merge(double, [1, 2]))).toEqual([
      [2, undefined],
      [4, undefined],
    ])
    expect(await inTask(() => merge(none))).toBe(0)
  })

  it('repeats, times out and keeps to its workers', async () => {
    vi.useFakeTimers()
    try {
      let calls = 0
      const flaky = (): number => {
        if (++calls < 3) throw new Error('again')
        return calls
      }
      expect(await inTask(() => merge(flaky, { retries: 2 }))).toBe(3)
      const slow = inTask(() => merge(() => new Promise(() => {}), { timeoutMs: 10 }))
      const rejected = expect(slow).rejects.toMatchObject({ code: 'CONC_TASK_TIMEOUT' })
      await vi.advanceTimersByTimeAsync(20)
      await rejected
    } finally {
      vi.useRealTimers()
    }
  })

  it('aborts the siblings of a failing item before it rejects', async () => {
    const order: string[] = []
    const run = weave()
      .do('task', async () => {
        const waits = async (n: number): Promise<void> => {
          if (n === 2) throw new Error('two')
          const nested = weave().do('nested', { needs: [] }, async (_deps, { signal }) => {
            await new Promise((resolve) => signal.addEventListener('abort', resolve))
            order.push('aborted')
          })
          await nested.run()
        }
        await merge(waits, [1, 2]).catch((error: Error) => order.push(error.message))
        return 'went on'
      })
      .run()
    expect((await run).task).toBe('went on')
    expect(order).toEqual(['aborted', 'two'])
  })

  it('is cancelled with its task', async () => {
    const controller = new AbortController()
    let reason: unknown
    const run = weave()
      .do('task', () => merge(() => new Promise(() => {})).catch((error) => (reason = error)))
      .run({ signal: controller.signal })
    await settledSoon()
    controller.abort('stop')
    await expect(run).rejects.toBe('stop')
    await settledSoon()
    expect(reason).toMatchObject({ origin: 'parent', cause: 'stop' })
  })

  it.each([1, 2])('runs on the %i slots of its run', async (concurrency) => {
    let now = 0
    let most = 0
    const work = async (): Promise<void> => {
      most = Math.max(most, ++now)
      await settledSoon()
      now--
    }
    await weave()
      .do('a', () => merge(work, [1, 2, 3]))
      .do('b', async () => {
        await settledSoon()
        await merge(async () => await merge(work, [1, 2]))
      })
      .run({ concurrency })
    expect(most).toBe(concurrency)
  })

  it('appears in the events of its run under its task', async () => {
    const events: WeaveEvent[] = []
    await weave()
      .do('report', { needs: [] }, async (_deps, ctx) => {
        await ctx.merge(hasNaN, [[1], [2]])
        await merge(() => merge(hasNaN, [[3]]))
      })
      .run({ onEvent: (event) => events.push(event) })
    const names = events.map((event) => ('task' in event ? event.task : event.type))
    expect(names.filter((name) => name.includes('hasNaN'))).not.toEqual([])
    expect(new Set(names)).toEqual(
      new Set([
        'plan',
        'report',
        'report > merge:hasNaN',
        'report > merge:anonymous',
        'report > merge:anonymous > merge:hasNaN',
        'finish',
      ]),
    )
    expect(new Set(events.map(({ run }) => run)).size).toBe(1)
    expect(events.filter(({ type }) => type === 'plan')).toHaveLength(1)
  })

  it('takes executors by instance and by the names of the run', async () => {
    const named = task('merge/named', () => currentTask()?.executor)
    const remote = inline({ name: 'remote' })
    const executors = { there: remote }
    expect(await inTask(() => merge(named, { executor: 'there' }), { executors })).toBe('remote')
    const refused = inTask(() => merge(() => 1, { executor: declaredOnly('far') }))
    await expect(refused).rejects.toThrow(UnsupportedWorkError)
    const unknown = inTask(() => merge(named, { executor: 'nowhere' }))
    await expect(unknown).rejects.toMatchObject({ code: 'CONC_WEAVE_EXECUTOR' })
  })

  it('works in a declared task that no weave runs', async () => {
    const alone = task('merge/alone', (rows: number[][]) => merge(hasNaN, rows))
    expect(await alone([[1], [Number.NaN]])).toEqual([false, true])
  })

  it('works in runs that are too large to have a context', async () => {
    const rows = Array.from({ length: 2000 }, (_, n) => n)
    const r = await weave()
      .each('all', rows, async (n) => {
        await null
        return n === 7 ? await merge(() => 'seven') : n
      })
      .run()
    expect(r.all[7]).toBe('seven')
    await expect(merge(() => 1)).rejects.toThrow(WeaveContextError)
  })

  it('outside of a task is a WeaveContextError', async () => {
    await expect(merge(() => 1)).rejects.toThrow('merge() works inside a running task.')
    await expect(merge(() => 1)).rejects.toMatchObject({ code: 'CONC_WEAVE_CONTEXT' })
  })

  it('inside of itself without an end is a WeaveDepthError; side by side there is no limit', async () => {
    let depth = 0
    const endless = (): Promise<unknown> => {
      depth++
      return merge(endless)
    }
    await expect(inTask(() => merge(endless))).rejects.toThrow(WeaveDepthError)
    expect(depth).toBe(100)
    await inTask(() => Promise.all(Array.from({ length: 300 }, () => merge(() => 1))))
  })

  it.each([
    [[1], '`work`'],
    [[() => 1, 'text'], '`items`'],
    [[() => 1, 5], '`items`'],
    [[() => 1, { workers: 2 }], 'an object with only'],
    [[() => 1, [], { needs: [] }], 'an object with only'],
    [[() => 1, [], { idempotencyKey: 'k' }], 'a function'],
  ])('refuses %j in the call', (args, text) => {
    expect(() => untyped(...args)).toThrow(text)
  })
})

describe('offload', () => {
  it('gives a promise, on the executor of the task, else the ambient one, else here', async () => {
    const where = task('offload/where', () => currentTask()?.executor)
    const one = inline({ name: 'one' })
    const two = inline({ name: 'two' })
    expect(await offload(where)()).toBe('inline')
    expect(await offload(where, { executor: two })()).toBe('two')
    const r = await weave()
      .do('run', () => offload(where)())
      .do('task', { executor: two }, async () => {
        await settledSoon()
        return await offload(where)()
      })
      .run({ executor: one })
    expect([r.run, r.task]).toEqual(['one', 'two'])
  })

  it('keeps parameters and errors, and runs plain functions where they can run', async () => {
    const divided = offload((a: number, b: number) => {
      if (b === 0) throw new RangeError('zero')
      return a / b
    })
    expect(await divided(6, 3)).toBe(2)
    await expect(divided(1, 0)).rejects.toThrow(RangeError)
    const far = declaredOnly('far')
    const r = await weave()
      .do('glue', () => divided(4, 2))
      .run({ executor: far })
    expect(r.glue).toBe(2)
    expect(() => offload(() => 1, { executor: 5 as never })).toThrow('`executor`')
  })
})

describe('a merge that is given up', () => {
  it('does not hold the slots of its run', async () => {
    const gate = deferred()
    const run = weave()
      .do('a', async () => {
        await merge(() => Promise.reject(new Error('x'))).catch(() => {})
        return await merge(() => gate.promise)
      })
      .do('b', () => 2)
      .run({ concurrency: 1 })
    await settledSoon()
    gate.resolve()
    expect((await run).b).toBe(2)
  })
})
