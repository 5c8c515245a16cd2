import { execFileSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { z } from 'zod'
import {
  currentTask,
  DuplicateTaskError,
  type Executor,
  InvalidOptionError,
  inline,
  isTask,
  limit,
  type StandardSchemaV1,
  type SubmitOptions,
  TaskInputError,
  TaskTimeoutError,
  task,
  UnsupportedWorkError,
  withExecutor,
} from '../src/index.js'
import { deferred } from '../src/internal/deferred.js'
import { definitionOf, registry } from '../src/internal/tasks/task-definition.js'

let count = 0
const fresh = (): string => `test/task-${++count}`

/** Records what it is asked for, and runs it here. */
function recording(): {
  executor: Executor
  calls: [unknown, unknown, SubmitOptions | undefined][]
} {
  const calls: [unknown, unknown, SubmitOptions | undefined][] = []
  const executor = inline({ name: 'recording' })
  const record: Executor['submit'] = (work, args, options) => {
    calls.push([work, args, options])
    return Promise.resolve('recorded') as never
  }
  return { executor: Object.assign(executor, { submit: record }), calls }
}

describe('task', () => {
  describe('knows the file that declares it', () => {
    const fixtures = new URL('./fixtures/', import.meta.url)
    const printed = execFileSync(process.execPath, [
      fileURLToPath(new URL('prints-modules.mjs', fixtures)),
    ])
    const modules = JSON.parse(String(printed)) as Record<string, string | null>

    it.each([
      ['direct', 'declares.mjs'],
      ['wrapped', 'declares.mjs'],
      ['common', 'declares.cjs'],
      ['again', 'declares.mjs?again=1'],
    ])('%s', (which, file) => {
      expect(modules[which]).toBe(new URL(file, fixtures).href)
    })

    it('takes the module option for it', () => {
      expect(modules.elsewhere).toBe('file:///abs/else.js')
    })

    it('knows none for code without a file', () => {
      expect(modules.evaluated).toBeNull()
    })
  })

  describe('takes as module', () => {
    it.each<[string | URL, string]>([
      [new URL('file:///a/b.js'), 'file:///a/b.js'],
      ['file:///a/b.js', 'file:///a/b.js'],
      ['/a/b c.js', 'file:///a/b%20c.js'],
      ['data:text/javascript,1', 'data:text/javascript,1'],
    ])('%s', (module, expected) => {
      expect(task(fresh(), () => 1, { module }).module).toBe(expected)
    })
  })

  it('leaves the way Node prepares stacks as it was', () => {
    const { prepareStackTrace, stackTraceLimit } = Error
    task(fresh(), () => 1)
    expect([Error.prepareStackTrace, Error.stackTraceLimit]).toEqual([
      prepareStackTrace,
      stackTraceLimit,
    ])
  })

  it('takes its name from a named function', () => {
    function named(n: number): number {
      return n
    }
    const declared = task(named, { version: '2' })
    expect([declared.name, declared.version]).toEqual(['named', '2'])
  })

  it.each(['', 'a b', 'ä', 'a'.repeat(129), '../x\n', undefined, 1, null])(
    'refuses the name %s',
    (name) => {
      expect(() => task(name as never, () => 1)).toThrow(InvalidOptionError)
    },
  )

  it.each(['a', 'A-Z_0.9/x', 'a'.repeat(128)])('takes the name %s', (name) => {
    expect(task(name, () => 1).name).toBe(name)
  })

  it('keeps its name with options', () => {
    expect(task('shop/price', () => 1).with({ priority: 1 })).toHaveProperty('name', 'shop/price')
  })

  it('refuses an anonymous function alone', () => {
    expect(() => task(() => 1)).toThrow('Expected `name` to be a name of 1 to 128 letters')
  })

  it.each<[string, object]>([
    ['timeoutMs', { timeoutMs: 0 }],
    ['retry', { retry: -1 }],
    ['retry.times', { retry: {} }],
    ['retry.factor', { retry: { times: 1, factor: 0 } }],
    ['input', { input: {} }],
    ['options', { timeout: 5 }],
  ])('refuses a wrong %s', (option, options) => {
    expect(() => task(fresh(), () => 1, options)).toThrow(expect.objectContaining({ option }))
  })

  it('refuses what is no function, a promise above all, and a task', () => {
    expect(() => task(fresh(), 1 as never)).toThrow(InvalidOptionError)
    expect(() => task(fresh(), Promise.resolve() as never)).toThrow('pass `() => work()`')
    const declared = task(fresh(), () => 1)
    expect(() => task(fresh(), declared as never)).toThrow('a function that is no task already')
  })

  it('refuses a name that another module has', () => {
    const name = fresh()
    task(name, () => 1, { module: 'file:///one.js' })
    expect(() => task(name, () => 1, { module: 'file:///two.js' })).toThrow(DuplicateTaskError)
    expect(registry.find(name)?.module).toBe('file:///one.js')
  })

  it('lets the same module declare it again, also under another query', () => {
    const name = fresh()
    task(name, () => 'old', { module: 'file:///one.js?v=1' })
    const replaced = task(name, () => 'new', { module: 'file:///one.js?v=2#x' })
    expect(registry.find(name)).toBe(definitionOf(replaced))
    expect(registry.names().filter((one) => one === name)).toHaveLength(1)
  })

  it('starts nothing when declared', () => {
    const body = vi.fn<() => void>()
    task(fresh(), body)
    expect(body).not.toHaveBeenCalled()
  })
})

describe('a task', () => {
  it('runs here, and gives a promise for a synchronous function too', async () => {
    const add = task(fresh(), (a: number, b: number) => a + b)
    const sum = add(1, 2)
    expect(sum).toBeInstanceOf(Promise)
    expect(await sum).toBe(3)
  })

  it('does not begin inside the call', async () => {
    const body = vi.fn<() => void>()
    const call = task(fresh(), body)()
    expect(body).not.toHaveBeenCalled()
    await call
    expect(body).toHaveBeenCalledTimes(1)
  })

  it('rejects with the very error that its function throws', async () => {
    const error = new TypeError('mine')
    const failing = task(fresh(), () => {
      throw error
    })
    await expect(failing()).rejects.toBe(error)
  })

  it('runs on the ambient executor, and here with local', async () => {
    const { executor, calls } = recording()
    const where = task(fresh(), () => currentTask()?.executor)
    expect(await withExecutor(executor, () => where())).toBe('recorded')
    expect(await withExecutor(executor, () => where.local())).toBe('inline')
    expect(calls).toEqual([[where, [], undefined]])
  })

  it('runs where `on` says, with the options of `with`', async () => {
    const { executor, calls } = recording()
    const double = task(fresh(), (n: number) => 2 * n)
    await double
      .with({ priority: 1, tags: ['a'] })
      .with({ priority: 2 })
      .on(executor)(5)
    await withExecutor(executor, () => double.with({ timeoutMs: 9 })(6))
    expect(calls.map(([, args, options]) => [args, options])).toEqual([
      [[5], { priority: 2, tags: ['a'] }],
      [[6], { timeoutMs: 9 }],
    ])
  })

  it('is the work that the executor is asked for, however it is called', async () => {
    const { executor, calls } = recording()
    const declared = task(fresh(), () => 1)
    await declared.with({ priority: 1 }).on(executor)()
    await declared.with({ priority: 1 }).with({ priority: 2 }).on(executor)()
    expect(calls.map(([work]) => work)).toEqual([declared, declared])
  })

  it('keeps the options of with() where it is submitted, unless the submit says otherwise', async () => {
    const headers = task(fresh(), () => currentTask()?.headers.from)
    const bound = headers.with({ headers: { from: 'with' } })
    const executor = limit(inline(), 1)
    expect(await executor.submit(bound, [])).toBe('with')
    expect(await executor.submit(bound, [], { headers: { from: 'submit' } })).toBe('submit')
    expect(await executor.submit(headers, [])).toBeUndefined()
  })

  it('refuses wrong options and executors at once', () => {
    const declared = task(fresh(), () => 1)
    expect(() => declared.with({ timeoutMs: -1 })).toThrow(InvalidOptionError)
    expect(() => declared.with({ signal: {} as never })).toThrow(InvalidOptionError)
    expect(() => declared.on({} as never)).toThrow(InvalidOptionError)
  })

  it('refuses options that would be ignored or misread', () => {
    const declare = (options: object) => task(fresh(), () => 1, options)
    expect(() => declare({ module: 7 })).toThrow(/`module` to be a URL or an absolute path, got 7/)
    expect(() => declare({ version: 2 })).toThrow(/`version` to be a non-empty string, got 2/)
    expect(() => declare({ idempotent: 'no' })).toThrow(
      /`idempotent` to be true or false, got 'no'/,
    )
    expect(() => declare({ stream: 1 })).toThrow(/`stream` to be true or false, got 1/)
    expect(() => task(fresh(), () => 1).with({ timeout: 500 } as never)).toThrow(
      /only signal, time/,
    )
  })

  it('refuses a malformed policy of retries', () => {
    const declare = (retry: unknown) => task(fresh(), () => 1, { retry: retry as never })
    expect(() => declare('3')).toThrow(/`retry` to be a count or an object with times, got '3'/)
    expect(() => declare({ times: 1, delay: 5 })).toThrow(/`retry` to be an object with only times/)
    expect(() => declare({ times: 1, factor: '2' })).toThrow(
      /`retry.factor` to be a number above 0/,
    )
    expect(() => declare({ times: 1, jitter: 0.5 })).toThrow(
      /`retry.jitter` to be true or false, got 0.5/,
    )
  })

  it('is told from a plain function', () => {
    const declared = task(fresh(), () => 1)
    expect([declared, declared.with({}), () => 1, {}, null].map(isTask)).toEqual([
      true,
      true,
      false,
      false,
      false,
    ])
  })

  it('gives an async generator where its function is a generator', async () => {
    const numbers = task(fresh(), function* (n: number) {
      for (let i = 0; i < n; i++) yield i
    })
    const later = task(fresh(), async function* (n: number) {
      yield* [n, n + 1]
    })
    const all: number[] = []
    for await (const n of numbers(2)) all.push(n)
    for await (const n of later.with({ timeoutMs: 1000 })(7)) all.push(n)
    for await (const n of numbers.local(1)) all.push(n)
    expect(all).toEqual([0, 1, 7, 8, 0])
  })

  it('gives one where the stream option says so', async () => {
    const items = task(fresh(), (n: number): Iterable<number> => [n, n + 1], { stream: true })
    const call = items(1) as unknown as AsyncGenerator<number>
    expect(await call.next()).toEqual({ done: false, value: 1 })
    await call.return(undefined)
  })

  it('that is a stream is refused by submit', async () => {
    const numbers = task(fresh(), function* () {
      yield 1
    })
    await expect(inline().submit(numbers, [])).rejects.toBeInstanceOf(UnsupportedWorkError)
  })
})

describe('the options of a task', () => {
  beforeEach(() => void vi.useFakeTimers())
  afterEach(() => void vi.useRealTimers())

  const endless = (): Promise<never> => new Promise(() => {})

  it('hold for calls that do not say', async () => {
    const slow = task(fresh(), endless, { timeoutMs: 100 })
    const [own, longer] = [slow(), slow.with({ timeoutMs: 200 })()].map((call) =>
      call.then(
        () => Date.now(),
        (error) => [error.constructor, Date.now()],
      ),
    )
    const start = Date.now()
    await vi.advanceTimersByTimeAsync(300)
    expect(await own).toEqual([TaskTimeoutError, start + 100])
    expect(await longer).toEqual([TaskTimeoutError, start + 200])
  })

  it('give way to what the call says, for retry too', async () => {
    const body = vi.fn(() => Promise.reject(new Error('no')))
    const flaky = task(fresh(), body, { retry: 2 })
    await expect(flaky()).rejects.toThrow('no')
    expect(body).toHaveBeenCalledTimes(3)
    await expect(flaky.with({ retry: 0 })()).rejects.toThrow('no')
    expect(body).toHaveBeenCalledTimes(4)
  })
})

describe('the input of a task', () => {
  const checked = task(
    'test/checked',
    (name: string, age: number) => `${name}: ${typeof age} ${age}`,
    { input: z.tuple([z.string().min(2), z.coerce.number().int()]) },
  )

  it('lets valid arguments in, as the schema returns them', async () => {
    expect(await checked('Ada', '36' as never)).toBe('Ada: number 36')
  })

  it('rejects others before the body, saying what is wrong where', async () => {
    const error = await checked('A', 1.5).catch((e) => e)
    expect(error).toBeInstanceOf(TaskInputError)
    expect(error.issues.map((issue: { path: unknown }) => issue.path)).toEqual([[0], [1]])
    expect(error).toMatchObject({
      task: 'test/checked',
      executor: 'inline',
      attempt: 1,
      started: false,
    })
    expect(error.message).toMatch(
      /^Task 'test\/checked' was given wrong arguments: args\[0\]: .*; args\[1\]: /,
    )
  })

  it('is not tried again when it is wrong', async () => {
    const validate = vi.fn(() => ({ issues: [{ message: 'never' }] }))
    const refused = task(fresh(), () => 1, { retry: 3, input: schema(validate) })
    await expect(refused()).rejects.toBeInstanceOf(TaskInputError)
    expect(validate).toHaveBeenCalledTimes(1)
  })

  it('may be checked asynchronously, with paths of keys and symbols', async () => {
    const path = [0, { key: 'deep' }, Symbol('s'), { key: 3 }]
    const body = vi.fn<(n: { n: number }) => void>()
    const picky = task(fresh(), body, {
      input: schema(async ([first]) =>
        first.n > 0
          ? { value: [{ n: first.n * 10 }] }
          : { issues: [{ message: 'too small', path }] },
      ),
    })
    await picky({ n: 2 })
    expect(body).toHaveBeenCalledWith({ n: 20 })
    const error = await picky({ n: -1 }).catch((e) => e)
    expect(error.message).toContain('args[0].deep.Symbol(s)[3]: too small')
    expect(error.issues).toEqual([{ message: 'too small', path: [0, 'deep', 'Symbol(s)', 3] }])
  })

  it('passes on what a validator throws', async () => {
    const broken = task(fresh(), () => 1, {
      input: schema(() => {
        throw new RangeError('broken validator')
      }),
    })
    await expect(broken()).rejects.toThrow(RangeError)
  })

  it.each([
    ['never settles', false],
    ['settles after it', true],
  ])('keeps the body from starting after a cancel when its validator %s', async (_, settles) => {
    const body = vi.fn()
    const gate = deferred()
    const checked = task(fresh(), body, {
      input: schema(async (value) => {
        await gate.promise
        return { value }
      }),
    })
    const items = task(fresh(), body, {
      stream: true,
      input: schema(() => gate.promise.then(() => ({ value: [] }))),
    })
    const here = inline()
    const controller = new AbortController()
    const { signal } = controller
    const calls = [here.submit(checked, [], { signal }), here.stream(items, [], { signal }).next()]
    const outcomes = Promise.allSettled(calls)
    await new Promise(setImmediate)
    controller.abort('why')
    if (settles) gate.resolve()
    expect(await outcomes).toEqual(calls.map(() => ({ status: 'rejected', reason: 'why' })))
    await here.close()
    expect(body).not.toHaveBeenCalled()
  })

  it('holds for streams, before the generator begins', async () => {
    const body = vi.fn()
    const items = task(
      fresh(),
      function* (n: number) {
        body()
        yield n
      },
      { input: z.tuple([z.number()]) },
    )
    await expect(items('x' as never).next()).rejects.toBeInstanceOf(TaskInputError)
    expect(body).not.toHaveBeenCalled()
  })
})

function schema<A extends readonly unknown[]>(
  // biome-ignore lint/suspicious/noExplicitAny: the validator's own business
  validate: (args: any) => unknown,
): StandardSchemaV1<unknown, A> {
  return { '~standard': { version: 1, vendor: 'test', validate: validate as never } }
}
