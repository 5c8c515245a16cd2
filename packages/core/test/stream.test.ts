import { getEventListeners } from 'node:events'
import { afterEach, describe, expect, it, vi } from 'vitest'
import {
  currentTask,
  type Executor,
  ExecutorClosedError,
  InvalidOptionError,
  inline,
  limit,
  TaskCancelledError,
  TaskTimeoutError,
  task,
  UnsupportedWorkError,
} from '../src/index.js'
import { deferred } from '../src/internal/deferred.js'
import { streamExecutors } from './stream-executors.js'

let count = 0
const declared = <A extends readonly unknown[], R>(fn: (...args: A) => R) =>
  task(`test/stream-${++count}`, fn)

const later = (): Promise<void> => new Promise(setImmediate)

async function collect<T>(items: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = []
  for await (const item of items) all.push(item)
  return all
}

afterEach(() => void vi.useRealTimers())

const one = function* () {
  yield 1
}

describe.each(streamExecutors(1))('a stream on %s', (_name, make) => {
  it('gives the items in order, of generators and iterables, declared or not', async () => {
    const executor = make()
    const numbers = declared(async function* (n: number) {
      for (let i = 0; i < n; i++) yield i
    })
    expect(await collect(executor.stream(numbers, [3]))).toEqual([0, 1, 2])
    expect(
      await collect(
        executor.stream(
          declared((n: number) => [n, n + 1].values() as Generator<number>),
          [5],
        ),
      ),
    ).toEqual([5, 6])
    expect(
      await collect(
        executor.stream(function* () {
          yield Promise.resolve('awaited')
        }, []),
      ),
    ).toEqual(['awaited'])
    expect(executor.load).toMatchObject({ running: 0, waiting: 0 })
    await executor.close()
  })

  it('starts nothing before the first next, and nothing at all when left before', async () => {
    const body = vi.fn()
    const items = make().stream(function* () {
      body()
      yield 1
    }, [])
    await later()
    await items.return(undefined)
    expect(await items.next()).toEqual({ done: true, value: undefined })
    expect(body).not.toHaveBeenCalled()
  })

  it('answers several next() made at once one after the other', async () => {
    const items = make().stream(async function* () {
      yield 1
      yield 2
    }, [])
    const answers = await Promise.all([items.next(), items.next(), items.next(), items.next()])
    expect(answers.map(({ value, done }) => (done ? 'end' : value))).toEqual([1, 2, 'end', 'end'])
  })

  it('gives an error after the items before it, and then its end', async () => {
    const executor = make()
    const error = new RangeError('third')
    const items = executor.stream(async function* () {
      yield 1
      throw error
    }, [])
    expect(await items.next()).toEqual({ done: false, value: 1 })
    await expect(items.next()).rejects.toBe(error)
    expect(await items.next()).toEqual({ done: true, value: undefined })
    await executor.close()
  })

  it('runs the finally of a body that is left, and aborts its signal', async () => {
    const executor = make()
    const log: unknown[] = []
    const endless = declared(async function* () {
      const context = currentTask()
      try {
        for (let i = 0; ; i++) yield i
      } finally {
        await later()
        log.push(context?.signal.reason)
      }
    })
    for await (const item of executor.stream(endless, [])) if (item === 2) break
    expect(log).toEqual([expect.any(TaskCancelledError)])
    expect(log[0]).toMatchObject({ origin: 'cancel' })
    expect(executor.load.running).toBe(0)
    await executor.close()
  })

  it('rejects the leaving with what finally throws', async () => {
    const executor = make()
    const items = executor.stream(async function* () {
      try {
        yield 1
      } finally {
        // biome-ignore lint/correctness/noUnsafeFinally: this is what is tested
        throw new Error('from finally')
      }
    }, [])
    await items.next()
    await expect(items.return(undefined)).rejects.toThrow('from finally')
    expect(executor.load.running).toBe(0)
    await executor.close()
  })

  it('runs the finally of a sync generator whose item rejects', async () => {
    const executor = make()
    const ended = vi.fn()
    const items = executor.stream(function* () {
      try {
        yield 'before'
        yield Promise.reject(new Error('item'))
      } finally {
        ended()
      }
    }, [])
    await items.next()
    await expect(items.next()).rejects.toThrow('item')
    await executor.close()
    expect(ended).toHaveBeenCalledTimes(1)
  })

  it('ends for a consumer that leaves while it waits, and holds its slot until the body has ended', async () => {
    const executor = make()
    const gate = deferred()
    const items = executor.stream(async function* () {
      await gate.promise
      yield 1
    }, [])
    const waiting = items.next()
    await later()
    await items.return(undefined)
    expect(await waiting).toEqual({ done: true, value: undefined })
    expect(executor.load.running).toBe(1)
    gate.resolve()
    await later()
    expect(executor.load.running).toBe(0)
    await executor.close()
  })

  it('is cancelled by its signal between two pulls and tells it at the next one', async () => {
    const executor = make()
    const controller = new AbortController()
    const ended = vi.fn()
    const items = executor.stream(
      async function* () {
        try {
          yield 1
          yield 2
        } finally {
          ended()
        }
      },
      [],
      { signal: controller.signal },
    )
    await items.next()
    controller.abort('why')
    await later()
    expect(ended).toHaveBeenCalledTimes(1)
    expect(getEventListeners(controller.signal, 'abort')).toHaveLength(0)
    await expect(items.next()).rejects.toBe('why')
    expect(await items.next()).toEqual({ done: true, value: undefined })
    await executor.close()
  })

  it('is cancelled while it waits for an item', async () => {
    const executor = make()
    const controller = new AbortController()
    const gate = deferred()
    const items = executor.stream(
      async function* () {
        await gate.promise
        yield 1
      },
      [],
      { signal: controller.signal },
    )
    const waiting = items.next()
    await later()
    controller.abort('why')
    await expect(waiting).rejects.toBe('why')
    gate.resolve()
    await executor.close()
    expect(executor.load.running).toBe(0)
  })

  it('never begins when its signal was aborted before', async () => {
    const body = vi.fn(function* () {
      yield 1
    })
    const items = make().stream(body, [], { signal: AbortSignal.abort('why') })
    await expect(items.next()).rejects.toBe('why')
    expect(await items.next()).toEqual({ done: true, value: undefined })
    expect(body).not.toHaveBeenCalled()
  })

  it('times out between two pulls', async () => {
    vi.useFakeTimers()
    const executor = make()
    const items = executor.stream(
      async function* () {
        yield 1
        yield 2
      },
      [],
      { timeoutMs: 100 },
    )
    await items.next()
    await vi.advanceTimersByTimeAsync(100)
    await expect(items.next()).rejects.toBeInstanceOf(TaskTimeoutError)
    expect(vi.getTimerCount()).toBe(0)
    await executor.close()
  })

  it('returns what throw() was given, having ended the body', async () => {
    const ended = vi.fn()
    const items = make().stream(async function* () {
      try {
        yield 1
      } finally {
        ended()
      }
    }, [])
    await items.next()
    await expect(items.throw(new Error('mine'))).rejects.toThrow('mine')
    expect(ended).toHaveBeenCalledTimes(1)
  })

  it('refuses work that returns nothing to iterate', async () => {
    const executor = make()
    const items = executor.stream((() => 5) as never, [])
    await expect(items.next()).rejects.toBeInstanceOf(UnsupportedWorkError)
    expect(executor.load.running).toBe(0)
    await executor.close()
  })

  it('makes its first item again as the retry policy says, and no later one', async () => {
    const executor = make()
    let started = 0
    const flaky = declared(async function* () {
      if (++started < 3) throw new Error(`start ${started}`)
      yield 'item'
      throw new Error('later')
    })
    const items = executor.stream(flaky, [], { retry: 5 })
    expect(await items.next()).toEqual({ done: false, value: 'item' })
    await expect(items.next()).rejects.toThrow('later')
    expect(started).toBe(3)
    await executor.close()
  })

  it('is ended by close', async () => {
    const executor = make()
    const ended = vi.fn()
    const items = executor.stream(async function* () {
      try {
        yield 1
        yield 2
      } finally {
        ended()
      }
    }, [])
    await items.next()
    await executor.close({ pending: 'reject' })
    expect(ended).toHaveBeenCalledTimes(1)
    await expect(items.next()).rejects.toMatchObject({ origin: 'close' })
    await expect(executor.stream(one, []).next()).rejects.toBeInstanceOf(ExecutorClosedError)
  })

  it('refuses wrong options at once', () => {
    expect(() => make().stream(one, [], { timeoutMs: 0 })).toThrow(InvalidOptionError)
    expect(() => make().stream(1 as never, [])).toThrow(InvalidOptionError)
    expect(() => make().stream(one, 1 as never)).toThrow(InvalidOptionError)
  })

  it('runs each step in the context of its task', async () => {
    const executor = make()
    const names = declared(async function* () {
      yield currentTask()?.name
      await later()
      yield currentTask()?.name
    })
    const items = executor.stream(names, [])
    expect(await collect(items)).toEqual([names.name, names.name])
    await executor.close()
  })
})

describe('a stream behind a full limit', () => {
  it('waits for its slot, and gives it up when it is left meanwhile', async () => {
    const one = limit(inline(), 1)
    const gate = deferred()
    const running = one.submit(() => gate.promise, [])
    const body = vi.fn(function* () {
      yield 1
    })
    const items = one.stream(body, [])
    const waiting = items.next()
    await later()
    expect(one.load).toMatchObject({ running: 1, waiting: 1 })
    await items.return(undefined)
    expect(await waiting).toEqual({ done: true, value: undefined })
    await later()
    expect(one.load).toMatchObject({ running: 1, waiting: 0 })
    gate.resolve()
    await running
    await one.close()
    expect(body).not.toHaveBeenCalled()
  })
})

describe('a stream through an executor that does not tell when bodies end', () => {
  /** What another implementation of the interface looks like. */
  function foreign(): Executor {
    const inner = inline()
    return {
      name: 'foreign',
      capabilities: inner.capabilities,
      load: inner.load,
      submit: (work, args, options) => inner.submit(work, args, options),
      stream: (work, args, options) => inner.stream(work, args, options),
      ready: () => inner.ready(),
      close: () => inner.close(),
      [Symbol.asyncDispose]: () => inner.close(),
    }
  }

  it('can be left, and ends the body', async () => {
    const executor = limit(foreign(), 1)
    const ended = vi.fn()
    const endless = async function* () {
      try {
        for (let i = 0; ; i++) yield i
      } finally {
        await later()
        ended()
      }
    }
    for await (const item of executor.stream(endless, [])) if (item === 2) break
    await executor.close()
    await later()
    expect(ended).toHaveBeenCalledTimes(1)
    expect(executor.load.running).toBe(0)
  })

  it('rejects with the reason of its signal', async () => {
    const executor = limit(foreign(), 1)
    const controller = new AbortController()
    const items = executor.stream(one, [], { signal: controller.signal })
    await items.next()
    controller.abort('why')
    await expect(items.next()).rejects.toBe('why')
    await executor.close()
  })
})
