import { AsyncLocalStorage } from 'node:async_hooks'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import {
  currentTask,
  ExecutorClosedError,
  InvalidOptionError,
  inline,
  limit,
  TaskCancelledError,
  type TaskContext,
  task,
  UnknownTaskError,
} from '../src/index.js'
import { deferred } from '../src/internal/deferred.js'

let count = 0
const declared = <A extends readonly unknown[], R>(fn: (...args: A) => R) =>
  task(`test/inline-${++count}`, fn)

const later = (): Promise<void> => new Promise(setImmediate)

/** A plain function takes a shorter way than a task; both have to keep the same promises. */
const kinds: [
  string,
  <A extends readonly unknown[], R>(fn: (...args: A) => R) => (...args: A) => R,
][] = [
  ['a plain function', (fn) => fn],
  ['a task', (fn) => declared(fn) as never],
]

describe.each(kinds)('inline runs %s', (_kind, make) => {
  it('with its arguments, and gives its result or its own error', async () => {
    const here = inline()
    expect(
      await here.submit(
        make((a: number, b: number) => a + b),
        [1, 2],
      ),
    ).toBe(3)
    const error = new RangeError('mine')
    const failing = make(() => {
      throw error
    })
    await expect(here.submit(failing, [])).rejects.toBe(error)
    await expect(
      here.submit(
        make(() => Promise.reject(error)),
        [],
      ),
    ).rejects.toBe(error)
    expect(here.load).toMatchObject({ running: 0, waiting: 0 })
  })

  it('not inside the submit, and all of it at once', async () => {
    const here = inline()
    const gate = deferred()
    const started: number[] = []
    const body = make(async (n: number) => {
      started.push(n)
      await gate.promise
    })
    const calls = [1, 2, 3].map((n) => here.submit(body, [n]))
    expect(started).toEqual([])
    expect(here.load).toMatchObject({ running: 0, waiting: 3 })
    await later()
    expect(started).toEqual([1, 2, 3])
    expect(here.load).toMatchObject({ running: 3, waiting: 0, concurrency: Infinity })
    gate.resolve()
    await Promise.all(calls)
    expect(here.load).toMatchObject({ running: 0, waiting: 0 })
  })

  it("in the caller's async context", async () => {
    const storage = new AsyncLocalStorage<string>()
    const here = inline()
    const look = make(async () => {
      const before = storage.getStore()
      await null
      return [before, storage.getStore()]
    })
    const seen = ['a', 'b'].map((value) => storage.run(value, () => here.submit(look, [])))
    expect(await Promise.all(seen)).toEqual([
      ['a', 'a'],
      ['b', 'b'],
    ])
  })

  describe('until it is closed', () => {
    it('and finishes by default what it has accepted', async () => {
      const here = inline()
      const gate = deferred<string>()
      const call = here.submit(
        make(() => gate.promise),
        [],
      )
      const closed = vi.fn()
      const closing = here.close().then(closed)
      await later()
      expect(closed).not.toHaveBeenCalled()
      await expect(
        here.submit(
          make(() => 1),
          [],
        ),
      ).rejects.toBeInstanceOf(ExecutorClosedError)
      gate.resolve('done')
      expect(await call).toBe('done')
      await closing
      expect(closed).toHaveBeenCalledTimes(1)
    })

    it("and cancels with 'reject', waiting for the bodies' end", async () => {
      const here = inline()
      const gate = deferred()
      const running = here.submit(
        make(() => gate.promise),
        [],
      )
      await later()
      const body = vi.fn()
      const waiting = here.submit(make(body), [])
      const closed = vi.fn()
      const closing = here.close({ pending: 'reject' }).then(closed)
      await expect(running).rejects.toMatchObject({ origin: 'close', code: 'CONC_TASK_CANCELLED' })
      await expect(waiting).rejects.toBeInstanceOf(TaskCancelledError)
      await later()
      expect(body).not.toHaveBeenCalled()
      expect(closed).not.toHaveBeenCalled()
      expect(here.load).toMatchObject({ running: 1, waiting: 0 })
      gate.resolve()
      await closing
      expect(here.load).toMatchObject({ running: 0, waiting: 0 })
    })

    it('and closes the same for every caller, at once where nothing runs', async () => {
      const here = inline()
      await here.submit(
        make(() => 1),
        [],
      )
      await Promise.all([
        here.close(),
        here.close({ pending: 'reject' }),
        here[Symbol.asyncDispose](),
      ])
      await here.close({ timeoutMs: 5 })
      await expect(here.ready()).rejects.toBeInstanceOf(ExecutorClosedError)
    })
  })
})

describe('closing inline', () => {
  beforeEach(() => void vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'Date'] }))
  afterEach(() => void vi.useRealTimers())

  it('leaves at timeoutMs what still runs, having cancelled it', async () => {
    const here = inline()
    let signal: AbortSignal | undefined
    const stuck = declared(() => {
      signal = (currentTask() as TaskContext).signal
      return new Promise<never>(() => {})
    })
    const call = here.submit(stuck, []).catch((error) => error)
    const closing = here.close({ timeoutMs: 100 })
    await vi.advanceTimersByTimeAsync(99)
    expect(signal?.aborted).toBe(false)
    await vi.advanceTimersByTimeAsync(1)
    await closing
    expect(await call).toMatchObject({ origin: 'close', started: true })
    expect(signal?.aborted).toBe(true)
    expect(vi.getTimerCount()).toBe(0)
  })

  it('is hastened by a later close, and leaves no timer when the work ends before', async () => {
    const here = inline()
    const gate = deferred()
    const call = here.submit(() => gate.promise, []).catch((error) => error)
    const first = here.close()
    const second = here.close({ timeoutMs: 100 })
    gate.resolve()
    await Promise.all([first, second, call])
    await later()
    expect(vi.getTimerCount()).toBe(0)
  })

  it('leaves no timer of another close when it gives up on a body', async () => {
    const here = inline()
    const call = here.submit(() => new Promise(() => {}), []).catch((error) => error)
    const closings = [here.close({ timeoutMs: 10_000 }), here.close({ timeoutMs: 10 })]
    await vi.advanceTimersByTimeAsync(10)
    await Promise.all([...closings, call])
    expect(vi.getTimerCount()).toBe(0)
  })

  it('takes the nested calls that a live task still needs, and no others', async () => {
    const here = inline()
    const gate = deferred()
    const child = declared(() => 'child')
    const parent = declared(async () => {
      await gate.promise
      return await child()
    })
    const call = here.submit(parent, [])
    await later()
    const closing = here.close()
    gate.resolve()
    expect(await call).toBe('child')
    await closing
    await expect(here.submit(child, [])).rejects.toBeInstanceOf(ExecutorClosedError)
  })

  it('is refused with wrong options, and then goes on', async () => {
    const here = inline()
    expect(() => here.close({ pending: 'later' as never })).toThrow(InvalidOptionError)
    expect(() => here.close({ timeoutMs: -1 })).toThrow(InvalidOptionError)
    expect(await here.submit(() => 1, [])).toBe(1)
  })

  it('is what `await using` does', async () => {
    let kept: ReturnType<typeof inline> | undefined
    {
      await using here = inline()
      kept = here
    }
    await expect(kept.submit(() => 1, [])).rejects.toBeInstanceOf(ExecutorClosedError)
  })
})

describe('a submit', () => {
  const here = inline()

  it.each<[string, unknown]>([
    ['signal', { signal: {} }],
    ['timeoutMs', { timeoutMs: 0 }],
    ['timeoutMs', { timeoutMs: Number.NaN }],
    ['retry', { retry: -1 }],
    ['priority', { priority: Number.POSITIVE_INFINITY }],
    ['idempotencyKey', { idempotencyKey: '' }],
    ['headers', { headers: [] }],
    ['tags', { tags: 'a' }],
    ['tags', { tags: [1] }],
    ['transfer', { transfer: {} }],
    ['onProgress', { onProgress: 1 }],
    ['options', null],
    ['options', 5],
  ])('throws at once for a wrong %s: %o', (option, options) => {
    const submit = () => here.submit(() => 1, [], options as never)
    expect(submit).toThrow(InvalidOptionError)
    expect(submit).toThrow(expect.objectContaining({ option }))
  })

  it('throws at once for what is no work or no arguments', () => {
    expect(() => here.submit(5 as never, [])).toThrow('`work` to be a function or a task')
    expect(() => here.submit(Promise.resolve() as never, [])).toThrow('pass `() => work()`')
    expect(() => here.submit(() => 1, undefined as never)).toThrow('`args` to be an array')
  })

  it('settles once, with a reason that comes after the result without effect', async () => {
    const controller = new AbortController()
    const call = here.submit(() => 'done', [], { signal: controller.signal, timeoutMs: 1000 })
    expect(await call).toBe('done')
    controller.abort()
    expect(await call).toBe('done')
  })

  it('takes a thenable result for its value', async () => {
    // biome-ignore lint/suspicious/noThenProperty: this is what is tested
    const thenable = { then: (resolve: (value: string) => void) => resolve('value') }
    expect(await here.submit(() => thenable as never, [])).toBe('value')
    expect(await limit(inline(), 1).submit(() => thenable as never, [])).toBe('value')
  })

  it('may reject with undefined', async () => {
    await expect(here.submit(() => Promise.reject(), [])).rejects.toBeUndefined()
    await expect(limit(inline(), 1).submit(() => Promise.reject(), [])).rejects.toBeUndefined()
  })

  it('leaves no rejection unhandled when its caller has it and the body fails later', async () => {
    const unhandled = vi.fn()
    process.on('unhandledRejection', unhandled)
    for (const executor of [inline(), limit(inline(), 1), limit(limit(inline(), 1), 1)]) {
      const controller = new AbortController()
      const gate = deferred()
      const body = declared(async () => {
        await gate.promise
        throw new Error('late')
      })
      const call = executor.submit(body, [], { signal: controller.signal, retry: 3 })
      await later()
      controller.abort('why')
      await expect(call).rejects.toBe('why')
      gate.resolve()
      await executor.close()
    }
    await later()
    process.off('unhandledRejection', unhandled)
    expect(unhandled).not.toHaveBeenCalled()
  })

  it('begins a stream again where the body failed by what another executor did', async () => {
    const executor = inline()
    let begun = 0
    const items = executor.stream(
      async function* () {
        if (++begun === 1) throw new UnknownTaskError('There is no such task.')
        yield 'an item'
      },
      [],
      { retry: 1 },
    )
    expect(await items.next()).toEqual({ done: false, value: 'an item' })
    await executor.close({ pending: 'reject' })
  })
})
