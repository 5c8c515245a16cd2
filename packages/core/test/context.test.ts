import { getEventListeners } from 'node:events'
import { afterEach, beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest'
import {
  ConcError,
  contextVar,
  currentExecutor,
  currentTask,
  InvalidOptionError,
  inline,
  limit,
  move,
  TaskCancelledError,
  type TaskContext,
  TaskTimeoutError,
  task,
  withExecutor,
} from '../src/index.js'
import { deferred } from '../src/internal/deferred.js'
import { takeMoved } from '../src/move.js'

let count = 0
const declared = <A extends readonly unknown[], R>(fn: (...args: A) => R) =>
  task(`test/context-${++count}`, fn)

const endless = declared(() => new Promise<never>(() => {}))

describe('withExecutor', () => {
  const [one, two] = [inline({ name: 'one' }), inline({ name: 'two' })]

  it('makes its executor the ambient one, the innermost first, and puts the former back', () => {
    expect(currentExecutor()).toBeUndefined()
    const seen = withExecutor(one, () => [
      currentExecutor(),
      withExecutor(two, currentExecutor),
      currentExecutor(),
    ])
    expect(seen).toEqual([one, two, one])
    expect(currentExecutor()).toBeUndefined()
  })

  it('puts the former back when the function throws', () => {
    const failing = (): never => {
      throw new Error('no')
    }
    expect(() => withExecutor(one, failing)).toThrow('no')
    expect(currentExecutor()).toBeUndefined()
  })

  it('holds after awaits, and apart for functions that run side by side', async () => {
    const gate = deferred()
    const look = async () => {
      const before = currentExecutor()
      await gate.promise
      return [before, currentExecutor()]
    }
    const both = [withExecutor(one, look), withExecutor(two, look)]
    gate.resolve()
    expect(await Promise.all(both)).toEqual([
      [one, one],
      [two, two],
    ])
  })

  it('makes nested calls come back to the executor that runs the task', async () => {
    const where = declared(() => currentTask()?.executor)
    const nested = declared(async () => [currentExecutor(), await where()])
    expect(await nested.on(one)()).toEqual([one, 'one'])
    expect(await withExecutor(two, () => nested.on(one)())).toEqual([one, 'one'])
    expect(await withExecutor(two, () => nested.local())).toEqual([two, 'two'])
  })

  it('takes an executor and a function only', () => {
    expect(() => withExecutor({} as never, () => 1)).toThrow(InvalidOptionError)
    expect(() => withExecutor(one, 1 as never)).toThrow(InvalidOptionError)
  })
})

describe('contextVar', () => {
  const tenant = contextVar<string>('test/tenant')

  it('gives the innermost value', () => {
    const seen = tenant.run('a', () => [tenant.get(), tenant.run('b', tenant.get), tenant.get()])
    expect(seen).toEqual(['a', 'b', 'a'])
  })

  it('throws without value and default', () => {
    expect(() => tenant.get()).toThrow(ConcError)
    expect(() => tenant.get()).toThrow(expect.objectContaining({ code: 'CONC_CONTEXT_VAR' }))
  })

  it('gives the default where none is set, be it undefined', () => {
    expect(contextVar('test/default', { default: 5 }).get()).toBe(5)
    expect(contextVar('test/undefined', { default: undefined }).get()).toBeUndefined()
    const falsy = contextVar('test/default', { default: 5 })
    expect(falsy.run(0, falsy.get)).toBe(0)
  })

  it('is the same variable where the name is the same', () => {
    expect(tenant.run('a', () => contextVar<string>('test/tenant').get())).toBe('a')
  })

  it('goes along with calls and nested calls, and not back', async () => {
    const inner = declared(() => tenant.get())
    const outer = declared(() => tenant.run('inner', inner))
    const seen = await tenant.run('outer', async () => [await inner(), await outer(), tenant.get()])
    expect(seen).toEqual(['outer', 'inner', 'outer'])
  })

  it('is put back when the function throws', () => {
    const failing = (): never => {
      throw new Error('no')
    }
    expect(() => tenant.run('a', failing)).toThrow('no')
    expect(() => tenant.get()).toThrow(ConcError)
  })

  it('refuses a malformed name and no function', () => {
    expect(() => contextVar('a b')).toThrow(InvalidOptionError)
    expect(() => tenant.run('a', 1 as never)).toThrow(InvalidOptionError)
  })
})

describe('currentTask', () => {
  const context = declared(() => currentTask())

  it('is undefined outside of a task and in a plain function', async () => {
    expect(currentTask()).toBeUndefined()
    expect(await inline().submit(() => currentTask(), [])).toBeUndefined()
  })

  it('tells what it is', async () => {
    const seen = (await context.on(inline({ name: 'there' }))()) as TaskContext
    expect(seen).toMatchObject({
      name: context.name,
      attempt: 1,
      executor: 'there',
      deadline: undefined,
      parentId: undefined,
      headers: {},
    })
    expect(seen.id).toBe(seen.id)
    expect(seen.id).not.toBe((await context())?.id)
  })

  it('names its parent', async () => {
    const outer = declared(async () => [currentTask()?.id, (await context())?.parentId])
    const [id, parentId] = await outer()
    expect(parentId).toBe(id)
  })

  it('counts the attempts', async () => {
    const attempts: unknown[] = []
    const flaky = declared(() => {
      attempts.push(currentTask()?.attempt)
      throw new Error('no')
    })
    await flaky
      .with({ retry: 2 })()
      .catch(() => {})
    await flaky
      .with({ retry: 1 })
      .on(limit(inline(), 1))()
      .catch(() => {})
    expect(attempts).toEqual([1, 2, 3, 1, 2])
  })

  it('makes its signal when it is first read', async () => {
    const made = vi.fn<() => void>()
    const Original = AbortController
    vi.stubGlobal(
      'AbortController',
      class extends Original {
        constructor() {
          super()
          made()
        }
      },
    )
    onTestFinished(() => void vi.unstubAllGlobals())
    await declared(() => currentTask()?.name)()
    expect(made).not.toHaveBeenCalled()
    const signal = await declared(() => currentTask()?.signal)()
    expect(made).toHaveBeenCalledTimes(1)
    expect(signal?.aborted).toBe(false)
  })

  it('reports progress while it runs, and not after the call has settled', async () => {
    const heard: unknown[] = []
    const controller = new AbortController()
    const gate = deferred()
    const body = declared(async () => {
      const context = currentTask()
      context?.progress(1)
      await gate.promise
      context?.progress(2)
      controller.abort('why')
      context?.progress(3)
    })
    const onProgress = (data: unknown) => void heard.push(data)
    const call = body.with({ onProgress, signal: controller.signal })()
    gate.resolve()
    await expect(call).rejects.toBe('why')
    expect(heard).toEqual([1, 2])
  })

  it('has a signal and a progress that can be taken out of it', async () => {
    const heard: unknown[] = []
    const body = declared(() => {
      const { signal, progress } = currentTask() as TaskContext
      progress('half')
      return signal.aborted
    })
    expect(await body.with({ onProgress: (data) => void heard.push(data) })()).toBe(false)
    expect(heard).toEqual(['half'])
  })

  it('passes progress through executors in front', async () => {
    const heard: unknown[] = []
    const body = declared(() => currentTask()?.progress('half'))
    const through = limit(limit(inline(), 1), 1)
    await body.with({ onProgress: (data) => void heard.push(data) }).on(through)()
    expect(heard).toEqual(['half'])
  })

  it.each([
    ['an error', new Error('listener'), 'listener'],
    ['what has no text', Object.create(null), 'unreadable'],
  ])('goes on when the listener of its progress throws %s', async (_, thrown, text) => {
    const warning = vi.spyOn(process, 'emitWarning').mockImplementation(() => {})
    const body = declared(() => {
      currentTask()?.progress(1)
      return 'done'
    })
    const onProgress = () => {
      throw thrown
    }
    expect(await body.with({ onProgress })()).toBe('done')
    expect(warning.mock.calls.flat().join()).toContain(text)
    warning.mockRestore()
  })
})

describe('headers', () => {
  const headers = declared(() => currentTask()?.headers)

  it('go along with nested calls, which may add and replace', async () => {
    const outer = declared(async () => [
      await headers(),
      await headers.with({ headers: { b: '3', c: '4' } })(),
      await headers.on(limit(inline(), 1))(),
    ])
    expect(await outer.with({ headers: { a: '1', b: '2' } })()).toEqual([
      { a: '1', b: '2' },
      { a: '1', b: '3', c: '4' },
      { a: '1', b: '2' },
    ])
  })

  it('are a frozen copy', async () => {
    const given: Record<string, string> = { a: '1' }
    const call = headers.with({ headers: given })()
    given.a = 'changed'
    const seen = await call
    expect(seen).toEqual({ a: '1' })
    expect(Object.isFrozen(seen)).toBe(true)
  })

  it('touch no prototype', async () => {
    const given = JSON.parse('{"__proto__": "x"}') as Record<string, string>
    const outer = declared(() => headers.with({ headers: { a: '1' } })())
    const seen = await outer.with({ headers: given })()
    expect(Object.getPrototypeOf(seen)).toBe(Object.prototype)
  })

  it('are text only', () => {
    expect(() => headers.with({ headers: { a: 1 as never } })).toThrow('`headers.a` to be a string')
  })
})

describe('deadlines', () => {
  beforeEach(() => void vi.useFakeTimers({ now: 1_000_000 }))
  afterEach(() => void vi.useRealTimers())

  const deadline = declared(() => currentTask()?.deadline)

  it('are known inside, and the smaller one is inherited', async () => {
    const outer = declared(async () => [
      currentTask()?.deadline,
      await deadline(),
      await deadline.with({ timeoutMs: 50 })(),
      await deadline.with({ timeoutMs: 500 })(),
      await deadline.on(limit(inline(), 1))(),
    ])
    expect(await outer.with({ timeoutMs: 100 })()).toEqual([
      1_000_100, 1_000_100, 1_000_050, 1_000_100, 1_000_100,
    ])
  })

  it('are none for a timeout of Infinity behind other executors, whatever the task says', async () => {
    const own = task(`test/context-${++count}`, () => currentTask()?.deadline, { timeoutMs: 50 })
    const through = limit(inline(), 1)
    expect(await own.on(through)()).toBe(1_000_050)
    expect(await own.with({ timeoutMs: Infinity }).on(through)()).toBeUndefined()
  })

  it('are none for a timeout of Infinity', async () => {
    expect(await deadline.with({ timeoutMs: Number.POSITIVE_INFINITY })()).toBeUndefined()
    expect(vi.getTimerCount()).toBe(0)
  })

  it('abort the signal with the error that rejects the call', async () => {
    let signal: AbortSignal | undefined
    const body = declared(() => {
      signal = currentTask()?.signal
      return new Promise<never>(() => {})
    })
    const failure = body
      .with({ timeoutMs: 100 })()
      .catch((error) => error)
    await vi.advanceTimersByTimeAsync(99)
    expect(signal?.aborted).toBe(false)
    await vi.advanceTimersByTimeAsync(1)
    const error = await failure
    expect(error).toBeInstanceOf(TaskTimeoutError)
    expect(error).toMatchObject({
      phase: 'running',
      started: true,
      task: body.name,
      executor: 'inline',
    })
    expect(signal?.reason).toBe(error)
    expect(vi.getTimerCount()).toBe(0)
  })

  it('count the time in the line', async () => {
    const one = limit(inline(), 1)
    void one.submit(() => new Promise(() => {}), [])
    const failure = deadline
      .with({ timeoutMs: 100 })
      .on(one)()
      .catch((error) => error)
    await vi.advanceTimersByTimeAsync(100)
    expect(await failure).toMatchObject({
      phase: 'waiting',
      started: false,
      executor: 'limit(inline)',
    })
    expect(one.load.waiting).toBe(0)
  })

  it('count the time in the line of an executor behind', async () => {
    const behind = limit(inline(), 1, { name: 'behind' })
    const front = limit(behind, 10, { name: 'front' })
    void behind.submit(() => new Promise(() => {}), [])
    const failure = deadline
      .with({ timeoutMs: 100 })
      .on(front)()
      .catch((error) => error)
    await vi.advanceTimersByTimeAsync(100)
    expect(await failure).toMatchObject({ phase: 'waiting', started: false })
  })

  it('end the pause between attempts', async () => {
    const flaky = declared(() => Promise.reject(new Error('no')))
    const failure = flaky
      .with({ retry: { times: 9, delayMs: 1000 }, timeoutMs: 100 })()
      .catch((error) => error)
    await vi.advanceTimersByTimeAsync(100)
    expect(await failure).toBeInstanceOf(TaskTimeoutError)
    expect(vi.getTimerCount()).toBe(0)
  })

  it('do nothing once the call has settled', async () => {
    const body = declared(() => currentTask()?.signal)
    const signal = await body.with({ timeoutMs: 100 })()
    expect(vi.getTimerCount()).toBe(0)
    await vi.advanceTimersByTimeAsync(200)
    expect(signal?.aborted).toBe(false)
  })
})

describe('cancelling', () => {
  it('rejects with the very reason of the signal, before the start and while running', async () => {
    const reason = { mine: true }
    const controller = new AbortController()
    const running = endless.with({ signal: controller.signal })()
    await Promise.resolve()
    await Promise.resolve()
    controller.abort(reason)
    await expect(running).rejects.toBe(reason)
    const body = vi.fn()
    await expect(declared(body).with({ signal: controller.signal })()).rejects.toBe(reason)
    expect(body).not.toHaveBeenCalled()
    expect(getEventListeners(controller.signal, 'abort')).toHaveLength(0)
  })

  it('a parent cancels the children it waits for, with the reason as their cause', async () => {
    const reasons: unknown[] = []
    const leaf = declared(async () => {
      const { signal } = currentTask() as TaskContext
      signal.addEventListener('abort', () => reasons.push(signal.reason))
      await new Promise(() => {})
    })
    const middle = declared(() => leaf().catch((error) => reasons.push(error)))
    const controller = new AbortController()
    const call = middle.with({ signal: controller.signal })()
    await new Promise(setImmediate)
    controller.abort('why')
    await expect(call).rejects.toBe('why')
    await new Promise(setImmediate)
    const [signalled, rejected] = reasons as [TaskCancelledError, TaskCancelledError]
    expect(signalled).toBe(rejected)
    expect(rejected).toBeInstanceOf(TaskCancelledError)
    expect(rejected).toMatchObject({
      origin: 'parent',
      cause: 'why',
      task: leaf.name,
      started: true,
    })
  })

  it('a parent that has settled leaves its detached children alone', async () => {
    const gate = deferred<string>()
    const child = declared(() => gate.promise)
    let detached: Promise<string> | undefined
    const parent = declared(() => {
      detached = child()
    })
    const controller = new AbortController()
    await parent.with({ signal: controller.signal })()
    controller.abort()
    gate.resolve('done')
    expect(await detached).toBe('done')
  })
})

describe('move', () => {
  it('marks a value once, with its buffer or what is given', () => {
    const bytes = new Uint8Array(4)
    const { port1, port2 } = new MessageChannel()
    expect(move(bytes)).toBe(bytes)
    expect(takeMoved(bytes)).toEqual([bytes.buffer])
    expect(takeMoved(bytes)).toBeUndefined()
    expect(takeMoved(move(port1))).toEqual([port1])
    expect(takeMoved(move({ a: bytes }, [bytes.buffer]))).toEqual([bytes.buffer])
    port1.close()
    port2.close()
  })

  it('marks nothing that was not given', () => {
    expect([takeMoved({}), takeMoved(1), takeMoved(null), takeMoved(undefined)]).toEqual([
      undefined,
      undefined,
      undefined,
      undefined,
    ])
  })

  it('changes nothing where values stay in this process', async () => {
    const bytes = new Uint8Array([1, 2])
    const same = declared((value: Uint8Array) => move(value))
    expect(await same(move(bytes))).toBe(bytes)
    expect(bytes.byteLength).toBe(2)
  })

  it('refuses what is no object and no list', () => {
    expect(() => move(1 as never)).toThrow(InvalidOptionError)
    expect(() => move(null as never)).toThrow(InvalidOptionError)
    expect(() => move({}, 5 as never)).toThrow(InvalidOptionError)
  })
})
