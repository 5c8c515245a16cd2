import { currentExecutor, inline, TaskCancelledError, task } from '@conc/core'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { inOrder, resultOf, type WeaveContext, weave } from '../src/index.js'
import { deferred } from './support/deferred.js'
import { settledSoon } from './support/settled-soon.js'

afterEach(() => {
  vi.useRealTimers()
})

describe('run', () => {
  it('calls no body before the next microtask', async () => {
    let calls = 0
    const run = weave()
      .do('a', () => ++calls)
      .run()
    expect(calls).toBe(0)
    await Promise.resolve()
    expect(calls).toBe(1)
    await run
  })

  it('starts a task when its own dependencies are done, without tiers', async () => {
    const slow = deferred()
    const quick = deferred<number>()
    const started: string[] = []
    const run = weave()
      .do('slow', () => slow.promise)
      .do('quick', () => quick.promise)
      .do('next', ({ quick }) => {
        started.push('next')
        return quick + 1
      })
      .do('last', ({ slow, next }) => [slow, next])
      .run()
    quick.resolve(1)
    await settledSoon()
    expect(started).toEqual(['next'])
    slow.resolve()
    expect((await run).next).toBe(2)
  })

  it('waits for `after` without passing the value', async () => {
    const first = deferred()
    const order: string[] = []
    const run = weave()
      .do('first', async () => {
        await first.promise
        order.push('first')
      })
      .do('second', { after: ['first'] }, (deps) => {
        order.push('second')
        return Object.keys(deps)
      })
      .do('third', { needs: ['second'], after: ['first'] }, (deps) => Object.keys(deps))
      .run()
    first.resolve()
    const r = await run
    expect(order).toEqual(['first', 'second'])
    expect(r.third).toEqual(['second'])
  })

  it('takes thenables as promises and everything else as values', async () => {
    const iterator = [1][Symbol.iterator]()
    const r = await weave()
      // biome-ignore lint/suspicious/noThenProperty: a thenable that is no promise
      .do('thenable', () => ({ then: (give: (value: number) => void) => give(5) }))
      .do('iterator', () => iterator)
      .do('fn', () => () => 1)
      .run()
    expect(r.thenable).toBe(5)
    expect(r.iterator).toBe(iterator)
    expect(r.fn()).toBe(1)
  })

  it('gives values in order, and nothing for an empty weave', async () => {
    const r = await weave({ n: 1 })
      .do('a', () => 1)
      .do('b', () => 'x')
      .run()
    expect([...r]).toEqual([1, 'x'])
    expect(inOrder(r)).toEqual([1, 'x'])
    expect(() => inOrder(5 as never)).toThrow('`result` to be the result of a run, got 5')
    expect(Object.keys(r)).toEqual(['n', 'a', 'b'])
    expect((await weave().run()).final).toBe(undefined)
  })

  it('allows names that objects have', async () => {
    const r = await weave()
      .do('toString', () => 1)
      .do('hasOwnProperty', { needs: ['toString'] }, (deps) => deps.toString + 1)
      .do('valueOf', (deps) => Object.keys(deps))
      .run()
    expect(Object.entries(r)).toEqual([
      ['toString', 1],
      ['hasOwnProperty', 2],
      ['valueOf', ['toString', 'hasOwnProperty']],
    ])
  })

  it('runs a chain of 10 000 synchronous tasks without a deep stack', async () => {
    // biome-ignore lint/suspicious/noExplicitAny: a chain too long for types
    let w: any = weave({ start: 0 }).do('t0', () => 0)
    for (let i = 1; i < 10_000; i++) {
      w = w.do(`t${i}`, { needs: [`t${i - 1}`] }, (deps: object) => Object.values(deps)[0] + 1)
    }
    expect((await w.run()).final).toBe(9_999)
    expect((await w.run({ concurrency: 1 })).final).toBe(9_999)
  })

  it('tells a body about its own call', async () => {
    const r = await weave()
      .do('seen', { headers: { a: 'b' } }, (_deps, ctx) => ctx)
      .run()
    expect(r.seen).toMatchObject({ name: 'seen', attempt: 1, executor: 'inline', index: undefined })
    expect(r.seen.headers).toEqual({ a: 'b' })
    expect(r.seen.id).toBe(r.seen.id)
    expect(r.seen.signal.aborted).toBe(false)
    expect(r.seen.deadline).toBe(undefined)
  })

  it('tells a body too that reads its parameters in another way than by name', async () => {
    const seen: unknown[] = []
    await weave()
      .do('words', function () {
        // biome-ignore lint/complexity/noArguments: the point
        seen.push((arguments[1] as WeaveContext).name)
      })
      .do('rest', (...all: unknown[]) => void seen.push((all[1] as WeaveContext).name))
      .each('items', [1], function (_item) {
        // biome-ignore lint/complexity/noArguments: the point
        seen.push((arguments[2] as WeaveContext).index)
      })
      .do('preset', (_deps, { name } = {} as WeaveContext) => void seen.push(name))
      .run()
    expect(seen).toEqual(['words', 'rest', 0, 'preset'])
  })

  it('has timings that are made when read', async () => {
    vi.useFakeTimers()
    const run = weave()
      .do('a', () => new Promise((resolve) => setTimeout(resolve, 10)))
      .do('b', { after: ['a'] }, () => new Promise((resolve) => setTimeout(resolve, 5)))
      .each('c', [1, 2], { after: ['b'] }, (n) => n)
      .run({ concurrency: 1 })
    await vi.advanceTimersByTimeAsync(100)
    const { timings } = await run
    expect(timings.a).toEqual({ startMs: 0, waitMs: 0, runMs: 10, attempts: 1 })
    expect(timings.b).toEqual({ startMs: 10, waitMs: 0, runMs: 5, attempts: 1 })
    expect(timings.c).toMatchObject({ startMs: 15, runMs: 0, items: { count: 2 } })
  })
})

describe('concurrency', () => {
  it('is never exceeded, and higher priorities go first', async () => {
    const gates = new Map<string, ReturnType<typeof deferred<void>>>()
    const body = (name: string) => () => {
      const gate = deferred()
      gates.set(name, gate)
      return gate.promise
    }
    const run = weave()
      .do('a', body('a'))
      .do('b', body('b'))
      .do('c', { priority: 1 }, body('c'))
      .run({ concurrency: 2 })
    await settledSoon()
    expect([...gates.keys()]).toEqual(['c', 'a'])
    gates.get('a')?.resolve()
    await settledSoon()
    expect([...gates.keys()]).toEqual(['c', 'a', 'b'])
    for (const gate of gates.values()) gate.resolve()
    await run
  })

  it('orders ready tasks by priority without a limit too', async () => {
    const order: string[] = []
    const log = (name: string) => () => order.push(name)
    await weave()
      .do('a', log('a'))
      .do('b', { priority: -1 }, log('b'))
      .do('c', { priority: 2 }, log('c'))
      .each('d', [1], { priority: 1 }, log('d'))
      .run()
    expect(order).toEqual(['c', 'd', 'a', 'b'])
  })

  it('is shared by tasks and items, and 1 is enough for everything', async () => {
    let running = 0
    let most = 0
    const body = async () => {
      most = Math.max(most, ++running)
      await null
      running--
    }
    await weave()
      .do('a', body)
      .each('b', [1, 2, 3], body)
      .each('c', new Set([1, 2]), { after: ['a'] }, body)
      .do('d', { after: ['b', 'c'] }, body)
      .run({ concurrency: 1 })
    expect(most).toBe(1)
  })
})

describe('a failure', () => {
  it('rejects with the own error at once and keeps what has finished', async () => {
    const never = deferred()
    let signal: AbortSignal | undefined
    const failure = new Error('no books')
    const w = weave()
      .do('author', () => 'Ursula')
      .do('slow', (_deps, ctx) => {
        signal = ctx.signal
        return never.promise
      })
      .do('books', async () => {
        throw failure
      })
      .do('page', ({ author, books }) => [author, books])
    await expect(w.run()).rejects.toBe(failure)
    expect(signal?.aborted).toBe(true)
    expect(signal?.reason).toBeInstanceOf(TaskCancelledError)
    expect(signal?.reason).toMatchObject({ origin: 'sibling', cause: failure })
    const result = resultOf(failure)
    expect(result?.ok).toBe(false)
    expect(result?.error).toBe(failure)
    expect(result?.failed).toEqual(['books'])
    expect(result?.cancelled).toEqual(['slow'])
    expect({ ...result?.values }).toEqual({ author: 'Ursula' })
    expect({ ...result?.tasks }).toEqual({
      author: { status: 'fulfilled', value: 'Ursula' },
      slow: { status: 'cancelled', reason: signal?.reason, attempts: 1 },
      books: { status: 'rejected', reason: failure, attempts: 1 },
      page: { status: 'skipped', because: 'books' },
    })
    expect(Object.keys(result?.timings ?? {})).toEqual(['author', 'slow', 'books'])
  })

  it('starts nothing more, in the same turn or later', async () => {
    const gate = deferred()
    let calls = 0
    const w = weave()
      .do('gate', () => gate.promise)
      .do('later', { after: ['gate'] }, () => ++calls)
      .do('fails', () => {
        throw new Error('x')
      })
      .do('ready', () => ++calls)
    const settled = await w.settle()
    gate.resolve()
    await settledSoon()
    expect(calls).toBe(0)
    expect(settled.tasks.ready).toEqual({ status: 'skipped', because: 'fails' })
  })

  it('absorbs late rejections', async () => {
    const late = deferred()
    const settled = await weave()
      .do('late', () => late.promise)
      .do('fails', () => Promise.reject(new Error('first')))
      .settle()
    late.reject(new Error('late'))
    await settledSoon()
    expect(settled.tasks.late.status).toBe('cancelled')
  })

  it('may be anything that can be thrown', async () => {
    const w = weave().do('a', () => Promise.reject('text'))
    await expect(w.run()).rejects.toBe('text')
    expect(resultOf('text')).toBe(undefined)
    expect((await w.settle()).error).toBe('text')
  })

  it('reaches the caller when reading `then` of the value throws', async () => {
    const failure = new Error('getter')
    const bad = Object.defineProperty({}, 'then', {
      get: () => {
        throw failure
      },
    })
    await expect(
      weave()
        .do('a', () => bad)
        .run(),
    ).rejects.toBe(failure)
  })
})

describe('settle', () => {
  it('is ok when every task is fulfilled', async () => {
    const settled = await weave()
      .do('a', () => 1)
      .settle()
    expect(settled.ok).toBe(true)
    expect(settled.error).toBe(undefined)
    expect({ ...settled.values }).toEqual({ a: 1 })
    expect(settled.plan.order).toEqual(['a'])
    expect((await weave().settle()).ok).toBe(true)
  })
})

describe('signal', () => {
  it('aborted before the run calls no body', async () => {
    const reason = new Error('gone')
    const w = weave().do('a', () => expect.unreachable())
    await expect(w.run({ signal: AbortSignal.abort(reason) })).rejects.toBe(reason)
    await expect(w.settle({ signal: AbortSignal.abort(reason) })).rejects.toBe(reason)
    expect(resultOf(reason)?.tasks.a).toEqual({ status: 'skipped' })
  })

  it('aborted in the same turn calls no body', async () => {
    const controller = new AbortController()
    const run = weave()
      .do('a', () => expect.unreachable())
      .run({ signal: controller.signal })
    controller.abort('stop')
    await expect(run).rejects.toBe('stop')
  })

  it('aborted while running rejects with its reason and tells the bodies', async () => {
    const controller = new AbortController()
    const reason = new Error('gone')
    let seen: AbortSignal | undefined
    const run = weave()
      .do('done', () => 1)
      .do('a', (_deps, ctx) => {
        seen = ctx.signal
        return deferred().promise
      })
      .do('b', { after: ['a'] }, () => expect.unreachable())
      .settle({ signal: controller.signal })
    await settledSoon()
    controller.abort(reason)
    await expect(run).rejects.toBe(reason)
    expect(seen?.reason).toBe(reason)
    expect(resultOf(reason)?.cancelled).toEqual(['a'])
    expect({ ...resultOf(reason)?.values }).toEqual({ done: 1 })
  })

  it('aborted after the end does nothing, and keeps no listener', async () => {
    const controller = new AbortController()
    const remove = vi.spyOn(controller.signal, 'removeEventListener')
    const r = await weave()
      .do('a', (_deps, ctx) => ctx)
      .run({ signal: controller.signal })
    expect(remove).toHaveBeenCalledOnce()
    controller.abort()
    expect(r.a.signal.aborted).toBe(false)
  })

  it('of the task around the run stops it', async () => {
    const outer = task('run-test/outer', () =>
      weave()
        .do('a', () => deferred().promise)
        .run(),
    )
    const controller = new AbortController()
    const reason = new Error('outer')
    const call = inline().submit(outer, [], { signal: controller.signal })
    await settledSoon()
    controller.abort(reason)
    await expect(call).rejects.toBe(reason)
  })
})

describe('timeoutMs of the run', () => {
  it('ends it with TaskTimeoutError, and settle resolves', async () => {
    vi.useFakeTimers()
    const w = weave()
      .do('quick', () => 1)
      .do('slow', (_deps, ctx) => new Promise((_, reject) => (ctx.signal.onabort = reject)))
      .do('never', { after: ['slow'] }, () => 1)
    const run = expect(w.run({ timeoutMs: 100 })).rejects.toMatchObject({
      name: 'TaskTimeoutError',
      message: 'The weave ran out of time.',
    })
    const settle = w.settle({ timeoutMs: 100 })
    await vi.advanceTimersByTimeAsync(101)
    await run
    const settled = await settle
    expect(settled.ok).toBe(false)
    expect(settled.failed).toEqual([])
    expect(settled.cancelled).toEqual(['slow'])
    expect(settled.tasks.never).toEqual({ status: 'skipped' })
    expect({ ...settled.values }).toEqual({ quick: 1 })
    expect(vi.getTimerCount()).toBe(0)
  })

  it('leaves no timer behind when the run is in time', async () => {
    vi.useFakeTimers()
    await weave()
      .do('a', () => 1)
      .run({ timeoutMs: 1000 })
    expect(vi.getTimerCount()).toBe(0)
  })
})

describe('executor of the run', () => {
  it('is the ambient one inside the bodies', async () => {
    const executor = inline({ name: 'mine' })
    const r = await weave()
      .do('seen', () => currentExecutor()?.name)
      .run({ executor: 'mine', executors: { mine: executor } })
    expect(r.seen).toBe('mine')
    expect(currentExecutor()).toBe(undefined)
  })
})
