import { getEventListeners } from 'node:events'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import {
  balance,
  ConnectionLostError,
  type Executor,
  ExecutorClosedError,
  InvalidOptionError,
  inline,
  type Load,
  limit,
  QueueFullError,
  retry,
  route,
  TaskTimeoutError,
  task,
  WorkerLostError,
} from '../src/index.js'
import { deferred } from '../src/internal/deferred.js'

let count = 0
const declared = <A extends readonly unknown[], R>(fn: (...args: A) => R) =>
  task(`test/combinators-${++count}`, fn)

const later = (): Promise<void> => new Promise(setImmediate)

/** An executor whose submits do what the test says. */
function scripted(
  name: string,
  submit: () => unknown,
  load: Partial<Load> = {},
): Executor & { readonly submit: ReturnType<typeof vi.fn> } {
  const inner = inline({ name })
  return {
    name,
    capabilities: inner.capabilities,
    load: { concurrency: 4, running: 0, waiting: 0, queueLimit: Number.POSITIVE_INFINITY, ...load },
    submit: vi.fn(async () => submit()),
    stream: inner.stream.bind(inner),
    ready: inner.ready.bind(inner),
    close: inner.close.bind(inner),
    [Symbol.asyncDispose]: () => inner.close(),
  } as never
}

const refuse = (): never => {
  throw new ConnectionLostError('gone', { started: false })
}

describe('limit', () => {
  it('runs no more than its size at once, in the order they came', async () => {
    const two = limit(inline(), 2)
    const gates = Array.from({ length: 5 }, () => deferred())
    const started: number[] = []
    const calls = gates.map((gate, n) =>
      two.submit(async () => {
        started.push(n)
        await gate.promise
      }, []),
    )
    expect(started).toEqual([])
    await later()
    expect(started).toEqual([0, 1])
    expect(two.load).toEqual({ concurrency: 2, running: 2, waiting: 3, queueLimit: Infinity })
    gates[1]?.resolve()
    await later()
    expect(started).toEqual([0, 1, 2])
    for (const gate of gates) gate.resolve()
    await Promise.all(calls)
    expect(two.load).toMatchObject({ running: 0, waiting: 0 })
  })

  it('holds the slot of a cancelled call until its body has ended', async () => {
    const one = limit(limit(inline(), 5), 1)
    const gate = deferred()
    const controller = new AbortController()
    const call = one.submit(() => gate.promise, [], { signal: controller.signal })
    await later()
    controller.abort('why')
    await expect(call).rejects.toBe('why')
    const next = one.submit(() => 'next', [])
    await later()
    expect(one.load).toMatchObject({ running: 1, waiting: 1 })
    gate.resolve()
    expect(await next).toBe('next')
  })

  it('takes a call out of the line when it is cancelled, and goes on', async () => {
    const one = limit(inline(), 1)
    const gate = deferred()
    const controller = new AbortController()
    const first = one.submit(() => gate.promise, [])
    const body = vi.fn()
    const second = one.submit(body, [], { signal: controller.signal })
    const third = one.submit(() => 'third', [])
    await later()
    controller.abort('why')
    await expect(second).rejects.toBe('why')
    expect(one.load.waiting).toBe(1)
    gate.resolve()
    expect(await third).toBe('third')
    await first
    expect(body).not.toHaveBeenCalled()
  })

  it('does not count who starts in this turn against the queueLimit', async () => {
    const one = limit(inline(), 1, { queueLimit: 1 })
    const gate = deferred()
    const accepted = [one.submit(() => gate.promise, []), one.submit(() => 'second', [])]
    await expect(one.submit(() => 1, [])).rejects.toBeInstanceOf(QueueFullError)
    await expect(one.submit(() => 1, [])).rejects.toMatchObject({
      message:
        "Executor 'limit(inline)' has 1 call waiting, its queueLimit. Wait for ready() before a call, or raise it.",
      retryable: true,
      started: false,
    })
    const ready = vi.fn()
    void one.ready().then(ready)
    await later()
    expect(ready).not.toHaveBeenCalled()
    gate.resolve()
    await Promise.all(accepted)
    await later()
    expect(ready).toHaveBeenCalledTimes(1)
  })

  it('is ready when a slot is free, and gives up waiting for the signal', async () => {
    const one = limit(inline(), 1)
    await one.ready()
    const gate = deferred()
    const running = one.submit(() => gate.promise, [])
    const controller = new AbortController()
    const waiting = one.ready({ signal: controller.signal })
    controller.abort('why')
    await expect(waiting).rejects.toBe('why')
    expect(getEventListeners(controller.signal, 'abort')).toHaveLength(0)
    gate.resolve()
    await running
    await one.ready()
  })

  it('refuses at once to be ready for what is no signal', () => {
    for (const one of [limit(inline(), 1), retry(inline(), 1), balance([inline()])]) {
      expect(() => one.ready({ signal: {} as never })).toThrow(InvalidOptionError)
    }
  })

  it('rejects who waits to be ready when it is closed', async () => {
    const one = limit(inline(), 1)
    const gate = deferred()
    void one.submit(() => gate.promise, [])
    const waiting = one.ready()
    const closed = one.close()
    await expect(waiting).rejects.toBeInstanceOf(ExecutorClosedError)
    gate.resolve()
    await closed
  })

  it('leaves the executor behind it open', async () => {
    const inner = inline()
    await limit(inner, 1).close()
    expect(await inner.submit(() => 1, [])).toBe(1)
  })

  it('refuses wrong arguments', () => {
    expect(() => limit({} as never, 1)).toThrow(InvalidOptionError)
    for (const size of [0, 1.5, -1, '2']) {
      expect(() => limit(inline(), size as never)).toThrow(
        '`size` to be a positive integer or Infinity',
      )
    }
    expect(() => limit(inline(), 1, { queueLimit: -1 })).toThrow(InvalidOptionError)
    expect(() => limit(inline(), 1, { name: '' })).toThrow(InvalidOptionError)
  })
})

describe('retry', () => {
  it('repeats for calls that say nothing themselves, nor their task', async () => {
    const steady = retry(inline(), 2)
    const body = vi.fn(() => Promise.reject(new Error('no')))
    await expect(steady.submit(body, [])).rejects.toThrow('no')
    expect(body).toHaveBeenCalledTimes(3)
    body.mockClear()
    await expect(steady.submit(body, [], { retry: 0 })).rejects.toThrow('no')
    expect(body).toHaveBeenCalledTimes(1)
    body.mockClear()
    const once = task('test/combinators-once', body, { retry: 1 })
    await expect(steady.submit(once, [])).rejects.toThrow('no')
    expect(body).toHaveBeenCalledTimes(2)
  })

  it('begins streams again that failed before their first item', async () => {
    let begun = 0
    const items = retry(inline(), 2).stream(async function* () {
      if (++begun < 3) throw new Error(`failure ${begun}`)
      yield 'an item'
    }, [])
    expect(await items.next()).toEqual({ done: false, value: 'an item' })
    await items.return()
  })

  it('makes each attempt a submit of its own', async () => {
    const outcomes = [refuse, refuse, () => 'done']
    const inner = scripted('inner', () => outcomes.shift()?.())
    expect(await retry(inner, 5).submit(() => 1, [])).toBe('done')
    expect(inner.submit).toHaveBeenCalledTimes(3)
    expect(inner.submit.mock.calls.map(([, , options]) => options.retry)).toEqual([0, 0, 0])
  })

  it('repeats what was lost only where it may run twice', async () => {
    const lose = (): never => {
      throw new WorkerLostError('lost')
    }
    const inner = scripted('inner', lose)
    await expect(retry(inner, 1).submit(() => 1, [])).rejects.toThrow('lost')
    expect(inner.submit).toHaveBeenCalledTimes(1)
    await expect(retry(inner, 1).submit(() => 1, [], { idempotencyKey: 'k' })).rejects.toThrow(
      'lost',
    )
    expect(inner.submit).toHaveBeenCalledTimes(3)
  })

  it('tells the load of the executor behind, and is ready when that is', async () => {
    const one = limit(inline(), 1)
    const steady = retry(one, 1)
    const gate = deferred()
    const running = steady.submit(() => gate.promise, [])
    await later()
    const ready = vi.fn()
    void steady.ready().then(ready)
    await later()
    expect(steady.load).toEqual(one.load)
    expect(ready).not.toHaveBeenCalled()
    gate.resolve()
    await running
    await later()
    expect(ready).toHaveBeenCalledTimes(1)
  })

  it('rejects who waits to be ready when it is closed', async () => {
    const one = limit(inline(), 1)
    const gate = deferred()
    const running = one.submit(() => gate.promise, [])
    await later()
    const steady = retry(one, 1)
    const waiting = steady.ready()
    await steady.close()
    await expect(waiting).rejects.toBeInstanceOf(ExecutorClosedError)
    gate.resolve()
    await running
  })

  it('refuses a wrong policy', () => {
    expect(() => retry(inline(), { times: -1 })).toThrow(InvalidOptionError)
  })
})

describe('balance', () => {
  beforeEach(() => void vi.useFakeTimers({ toFake: ['Date', 'setTimeout', 'clearTimeout'] }))
  afterEach(() => void vi.useRealTimers())

  it('tries the next one while the answer says that nothing started', async () => {
    const [down, up] = [scripted('down', refuse), scripted('up', () => 'up')]
    expect(await balance([down, up], { policy: 'round-robin' }).submit(() => 1, [])).toBe('up')
  })

  it('tries each one once, and rejects with the last answer', async () => {
    const all = ['a', 'b', 'c'].map((name) =>
      scripted(name, () => {
        throw new QueueFullError(`${name} is full`)
      }),
    )
    await expect(balance(all, { policy: 'round-robin' }).submit(() => 1, [])).rejects.toThrow(
      'c is full',
    )
    expect(all.map(({ submit }) => submit.mock.calls.length)).toEqual([1, 1, 1])
  })

  it.each<[string, () => unknown]>([
    ['the error of the body', () => new RangeError('mine')],
    ['a loss that may have started', () => new ConnectionLostError('gone')],
    ['what no retry can help', () => new TaskTimeoutError('late', { phase: 'waiting' })],
  ])('passes on %s', async (_what, make) => {
    const error = make()
    const failing = scripted('failing', () => {
      throw error
    })
    const other = scripted('other', () => 1)
    const call = balance([failing, other], { policy: 'round-robin' }).submit(() => 1, [])
    await expect(call).rejects.toBe(error)
    expect(other.submit).not.toHaveBeenCalled()
  })

  it('passes over who failed for a while, longer each time, and takes it back when it works', async () => {
    let isDown = true
    const flaky = scripted('flaky', () => (isDown ? refuse() : 'flaky'))
    const solid = scripted('solid', () => 'solid')
    const both = balance([flaky, solid], { policy: (executors) => executors[0] as Executor })
    const submit = () => both.submit(() => 1, [])
    expect(await submit()).toBe('solid')
    vi.advanceTimersByTime(99)
    await submit()
    expect(flaky.submit).toHaveBeenCalledTimes(1)
    vi.advanceTimersByTime(1)
    await submit()
    expect(flaky.submit).toHaveBeenCalledTimes(2)
    vi.advanceTimersByTime(199)
    await submit()
    expect(flaky.submit).toHaveBeenCalledTimes(2)
    isDown = false
    vi.advanceTimersByTime(1)
    expect(await submit()).toBe('flaky')
    isDown = true
    await submit()
    vi.advanceTimersByTime(100)
    await submit()
    expect(flaky.submit).toHaveBeenCalledTimes(5)
  })

  it('counts an error of the body as a sign of life', async () => {
    const answers = [refuse, () => Promise.reject(new Error('body')), refuse, () => 'back']
    const flaky = scripted('flaky', () => answers.shift()?.())
    const solid = scripted('solid', () => 'solid')
    const both = balance([flaky, solid], { policy: (executors) => executors[0] as Executor })
    await both.submit(() => 1, [])
    vi.advanceTimersByTime(100)
    await expect(both.submit(() => 1, [])).rejects.toThrow('body')
    await both.submit(() => 1, [])
    vi.advanceTimersByTime(100)
    expect(await both.submit(() => 1, [])).toBe('back')
  })

  it('asks who failed where there is no other', async () => {
    const answers = [refuse, refuse, () => 'back']
    const only = scripted('only', () => answers.shift()?.())
    const executor = balance([only])
    await expect(executor.submit(() => 1, [])).rejects.toThrow('gone')
    await expect(executor.submit(() => 1, [])).rejects.toThrow('gone')
    expect(await executor.submit(() => 1, [])).toBe('back')
  })

  it('goes to the least loaded, in relation to its size', async () => {
    const small = scripted('small', () => 'small', { concurrency: 2, running: 1 })
    const big = scripted('big', () => 'big', { concurrency: 10, running: 4 })
    expect(await balance([small, big]).submit(() => 1, [])).toBe('big')
  })

  it('goes to one without workers only where no other is left', async () => {
    const empty = scripted('empty', () => 'empty', { concurrency: 0 })
    const busy = scripted('busy', () => 'busy', { concurrency: 1, running: 1, waiting: 9 })
    expect(await balance([empty, busy]).submit(() => 1, [])).toBe('busy')
    expect(await balance([busy, empty]).submit(() => 1, [])).toBe('busy')
    expect(await balance([empty]).submit(() => 1, [])).toBe('empty')
  })

  it('takes turns with round-robin, over those that are left when one fails', async () => {
    const all = ['a', 'b', 'c'].map((name) => scripted(name, () => name))
    const three = balance(all, { policy: 'round-robin' })
    const turns: unknown[] = []
    for (let i = 0; i < 5; i++) turns.push(await three.submit(() => 1, []))
    expect(turns).toEqual(['a', 'b', 'c', 'a', 'b'])
  })

  it('rejects with what the policy throws, or when it picks a stranger', async () => {
    const throwing = balance([inline()], {
      policy: () => {
        throw new RangeError('from policy')
      },
    })
    await expect(throwing.submit(() => 1, [])).rejects.toThrow('from policy')
    const strange = balance([inline()], { policy: () => inline() })
    await expect(strange.submit(() => 1, [])).rejects.toBeInstanceOf(InvalidOptionError)
    expect(strange.load.running).toBe(0)
  })

  it('gives a stream to the next one while its first item has not come', async () => {
    const full = limit(inline(), 1, { queueLimit: 0 })
    const gate = deferred()
    const running = full.submit(() => gate.promise, [])
    const both = balance([full, inline()], { policy: (executors) => executors[0] as Executor })
    const items = both.stream(async function* () {
      yield 1
      yield 2
    }, [])
    expect([await items.next(), await items.next()].map(({ value }) => value)).toEqual([1, 2])
    await items.return()
    gate.resolve()
    await running
  })

  it('is ready when one of them is, and leaves nothing on the signal', async () => {
    const gates = [deferred(), deferred()]
    const both = gates.map(() => limit(inline(), 1))
    const running = both.map((one, index) => one.submit(() => gates[index]?.promise, []))
    const executor = balance(both)
    const { signal } = new AbortController()
    const ready = vi.fn()
    void executor.ready({ signal }).then(ready)
    await later()
    expect(ready).not.toHaveBeenCalled()
    gates[1]?.resolve()
    await later()
    expect(ready).toHaveBeenCalledTimes(1)
    expect(getEventListeners(signal, 'abort')).toHaveLength(0)
    gates[0]?.resolve()
    await Promise.all(running)
  })

  it('is ready when one of them is, though others throw when asked', async () => {
    const broken = scripted('broken', () => 1)
    broken.ready = () => {
      throw new RangeError('broken')
    }
    await balance([broken, inline()]).ready()
    await expect(balance([broken]).ready()).rejects.toThrow(RangeError)
  })

  it('gives up being ready for the signal, before and while waiting', async () => {
    const one = limit(inline(), 1)
    const gate = deferred()
    const running = one.submit(() => gate.promise, [])
    await later()
    const executor = balance([one])
    await expect(executor.ready({ signal: AbortSignal.abort('before') })).rejects.toBe('before')
    const controller = new AbortController()
    const waiting = executor.ready({ signal: controller.signal })
    controller.abort('while')
    await expect(waiting).rejects.toBe('while')
    gate.resolve()
    await running
  })

  it('rejects who waits to be ready when it is closed', async () => {
    const one = limit(inline(), 1)
    const gate = deferred()
    const running = one.submit(() => gate.promise, [])
    await later()
    const executor = balance([one])
    const waiting = executor.ready()
    await executor.close()
    await expect(waiting).rejects.toBeInstanceOf(ExecutorClosedError)
    gate.resolve()
    await running
  })

  it('promises what holds on each of them, and adds up their load', () => {
    const weak = Object.assign(
      scripted('weak', () => 1, { running: 3 }),
      {
        capabilities: {
          ...inline().capabilities,
          closures: false,
          cancel: 'waiting',
          values: 'wire',
          delivery: 'at-least-once',
        },
      },
    ) as Executor
    const both = balance([weak, inline()])
    expect(both.capabilities).toMatchObject({
      closures: false,
      streaming: true,
      cancel: 'waiting',
      values: 'wire',
      delivery: 'at-least-once',
    })
    expect(both.load).toMatchObject({ concurrency: Infinity, running: 3 })
  })

  it('refuses wrong arguments', () => {
    expect(() => balance([])).toThrow(InvalidOptionError)
    expect(() => balance([{} as never])).toThrow('`executors[0]`')
    expect(() => balance([inline()], { policy: 'random' as never })).toThrow(InvalidOptionError)
  })
})

describe('route', () => {
  it('asks for each call where to run it', async () => {
    const [one, two] = [inline({ name: 'one' }), inline({ name: 'two' })]
    const where = declared((_n: number) => 1)
    const pick = vi.fn((_work: unknown, [n]: readonly unknown[]) => (n === 1 ? one : two))
    const executor = route(pick)
    const submits = [vi.spyOn(one, 'submit'), vi.spyOn(two, 'submit')]
    await executor.submit(where, [1], { priority: 3 })
    await executor.submit(where, [2])
    expect(submits.map((submit) => submit.mock.calls.length)).toEqual([1, 1])
    expect(pick.mock.calls[0]).toEqual([where, [1], expect.objectContaining({ priority: 3 })])
  })

  it('rejects with what pick throws, or when it gives no executor', async () => {
    const throwing = route(() => {
      throw new RangeError('from pick')
    })
    await expect(throwing.submit(() => 1, [])).rejects.toThrow('from pick')
    await expect(throwing.stream(() => [] as never, []).next()).rejects.toThrow('from pick')
    await expect(route(() => 5 as never).submit(() => 1, [])).rejects.toBeInstanceOf(
      InvalidOptionError,
    )
    expect(throwing.load.running).toBe(0)
  })

  it('promises little unless told more', () => {
    expect(route(() => inline()).capabilities).toMatchObject({ cancel: 'waiting', values: 'wire' })
    const told = route(() => inline(), { capabilities: { values: 'identity' } })
    expect(told.capabilities).toMatchObject({ values: 'identity', closures: true })
  })

  it('refuses no function', () => {
    expect(() => route(inline() as never)).toThrow(InvalidOptionError)
  })
})

describe('combinators over each other', () => {
  it('let recursion through both of two narrow limits', async () => {
    const narrow = limit(limit(inline(), 1), 1)
    const depth = declared(
      async (n: number): Promise<number> => (n === 0 ? 0 : 1 + (await depth.on(narrow)(n - 1))),
    )
    expect(await depth.on(narrow)(20)).toBe(20)
    expect(narrow.load.running).toBe(0)
  })

  it('retry over balance goes elsewhere', async () => {
    const answers = ['a', 'b'].map((name) => scripted(name, () => Promise.reject(new Error(name))))
    const executor = retry(balance(answers, { policy: 'round-robin' }), 1)
    await expect(executor.submit(() => 1, [])).rejects.toThrow('b')
  })
})
