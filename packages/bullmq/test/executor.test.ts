import { writeFileSync } from 'node:fs'
import {
  inline,
  TaskCancelledError,
  TaskTimeoutError,
  UnsupportedWorkError,
  withExecutor,
} from '@conc/core'
import { describe, expect, it, vi } from 'vitest'
import {
  add,
  count,
  countThenThrow,
  echo,
  fail,
  flaky,
  held,
  note,
  parent,
  surroundings,
  tenant,
} from './fixtures/tasks.mjs'
import { Journal, QueueUnderTest } from './queue-under-test.js'

describe('BullExecutor', () => {
  it('runs a declared task on a worker of its queue', async () => {
    const queue = new QueueUnderTest()
    await queue.worker()
    expect(await add.on(queue.executor())(2, 3)).toBe(5)
  })

  it('is the executor of task calls inside withExecutor', async () => {
    const queue = new QueueUnderTest()
    await queue.worker()
    const sums = await withExecutor(queue.executor(), () => Promise.all([add(1, 1), add(2, 2)]))
    expect(sums).toEqual([2, 4])
  })

  it('keeps calls until a worker comes', async () => {
    const queue = new QueueUnderTest()
    const sum = add.on(queue.executor())(1, 2)
    await queue.worker()
    expect(await sum).toBe(3)
  })

  it('brings values that JSON does not know', async () => {
    const queue = new QueueUnderTest()
    await queue.worker()
    const value = { at: new Date(5), big: 10n, map: new Map([[Number.NaN, -0]]), none: undefined }
    expect(await echo.on(queue.executor())(value)).toEqual(value)
  })

  it('brings an error whole, with its class, code and fields', async () => {
    const queue = new QueueUnderTest()
    await queue.worker()
    const error: unknown = await fail
      .on(queue.executor())('no')
      .catch((reason: unknown) => reason)
    expect(error).toBeInstanceOf(TypeError)
    expect(error).toMatchObject({ message: 'no', code: 'E_TEST' })
    expect((error as Error).stack).toContain('tasks.mjs')
  })

  it('sends headers, context variables and the id of the caller along', async () => {
    const queue = new QueueUnderTest()
    await queue.worker()
    const bull = queue.executor()
    const seen = await tenant.run('acme', () =>
      bull.submit(surroundings, [], { headers: { traceparent: '00-1' } }),
    )
    expect(seen).toMatchObject({ attempt: 1, tenant: 'acme', headers: { traceparent: '00-1' } })
  })

  it('streams items in order', async () => {
    const queue = new QueueUnderTest()
    await queue.worker()
    const items: number[] = []
    for await (const item of queue.executor().stream(count, [100])) items.push(item)
    expect(items).toEqual(Array.from({ length: 100 }, (_, index) => index + 1))
  })

  it('ends a stream whose body throws as a failed one, whatever that is', async () => {
    const queue = new QueueUnderTest()
    await queue.worker()
    const items = queue.executor().stream(countThenThrow, [1, undefined])
    expect((await items.next()).value).toBe(1)
    await expect(items.next()).rejects.toBe(undefined)
  })

  it('runs nested calls of any depth on one worker', async () => {
    const queue = new QueueUnderTest()
    await queue.worker({ concurrency: 1 })
    expect(await parent.on(queue.executor())(30)).toBe(30)
  })

  it('refuses tags, as its workers are alike', async () => {
    const bull = new QueueUnderTest().executor()
    const call = bull.submit(add, [1, 2], { tags: ['gpu'] })
    await expect(call).rejects.toBeInstanceOf(UnsupportedWorkError)
  })
})

describe('retries', () => {
  it('are made by the queue, with the attempts counted', async () => {
    const queue = new QueueUnderTest()
    await queue.worker()
    const call = queue.executor().submit(flaky, [2], { retry: { times: 2, delayMs: 5, factor: 2 } })
    expect(await call).toBe(3)
  })

  it('end with the last error', async () => {
    const queue = new QueueUnderTest()
    await queue.worker()
    const call = queue.executor().submit(flaky, [5], { retry: 1 })
    await expect(call).rejects.toThrow(new RangeError('attempt 2'))
  })

  it('are made here where a function has a say in them', async () => {
    const queue = new QueueUnderTest()
    await queue.worker()
    const seen: unknown[] = []
    const when = (error: unknown, attempt: number): boolean => {
      seen.push((error as Error).message)
      return attempt < 2
    }
    const call = queue.executor().submit(flaky, [5], { retry: { times: 9, when } })
    await expect(call).rejects.toThrow('attempt 2')
    expect(seen).toEqual(['attempt 1', 'attempt 2'])
  })
})

describe('a cancel', () => {
  it('takes a waiting job out of the queue, and it never runs', async () => {
    const queue = new QueueUnderTest()
    const journal = new Journal()
    const bull = queue.executor()
    const abort = new AbortController()
    const call = bull.submit(note, [journal.file, 'never'], { signal: abort.signal })
    await bull.ready()
    abort.abort(new Error('changed my mind'))
    await expect(call).rejects.toThrow('changed my mind')
    await queue.worker({ concurrency: 1 })
    await note.on(bull)(journal.file, 'after')
    expect(journal.lines).toEqual(['begin after', 'end after'])
  })

  it('reaches the body of a running job, and the caller has its own reason at once', async () => {
    const queue = new QueueUnderTest()
    const journal = new Journal()
    await queue.worker()
    const abort = new AbortController()
    const bull = queue.executor()
    const call = bull.submit(note, [journal.file, 'a', true], { signal: abort.signal })
    await journal.has('begin a')
    const reason = new Error('enough')
    abort.abort(reason)
    await expect(call).rejects.toBe(reason)
    await journal.has('stop a')
  })

  it('waits for the end of the job with cancelPolicy hold', async () => {
    const queue = new QueueUnderTest()
    const journal = new Journal()
    await queue.worker()
    const abort = new AbortController()
    const bull = queue.executor({ cancelPolicy: 'hold' })
    const call = bull.submit(note, [journal.file, 'a', true], { signal: abort.signal })
    await journal.has('begin a')
    abort.abort(new Error('enough'))
    await expect(call).rejects.toThrow('enough')
    expect(journal.lines).toContain('stop a')
  })

  it('comes from a deadline too, and says in which phase', async () => {
    const queue = new QueueUnderTest()
    const journal = new Journal()
    await queue.worker()
    const call = queue.executor().submit(note, [journal.file, 'a', true], { timeoutMs: 1000 })
    const error: unknown = await call.catch((reason: unknown) => reason)
    expect(error).toBeInstanceOf(TaskTimeoutError)
    expect((error as TaskTimeoutError).phase).toBe('running')
    await journal.has('stop a')
  })
})

describe('close', () => {
  it('waits for its own jobs', async () => {
    const queue = new QueueUnderTest()
    await queue.worker()
    const bull = queue.executor()
    const sums = [add.on(bull)(1, 1), add.on(bull)(2, 2)]
    await bull.close()
    expect(await Promise.all(sums)).toEqual([2, 4])
    await expect(add.on(bull)(1, 1)).rejects.toMatchObject({ code: 'CONC_EXECUTOR_CLOSED' })
  })

  it.each(['immediate', 'hold'] as const)(
    'is done with jobs that run on when it is out of time (%s)',
    async (cancelPolicy) => {
      const [queue, journal] = [new QueueUnderTest(), new Journal()]
      await queue.worker({ executor: inline() })
      const bull = queue.executor({ cancelPolicy })
      const gate = `${journal.file}.gate`
      const call = held.on(bull)(journal.file, 'a', gate)
      await journal.has('begin a')
      await vi.waitUntil(() => bull.load.running === 1)
      const rejected = expect(call).rejects.toMatchObject({ origin: 'close' })
      await bull.close({ timeoutMs: 0 })
      await rejected
      expect(bull.load).toMatchObject({ running: 0, waiting: 0 })
      writeFileSync(gate, '')
      await journal.has('end a')
    },
  )

  it('cancels them with reject, and leaves the jobs of others alone', async () => {
    const queue = new QueueUnderTest()
    const [bull, other] = [queue.executor(), queue.executor()]
    const mine = add.on(bull)(1, 1)
    const others = add.on(other)(2, 2)
    await Promise.all([bull.ready(), other.ready()])
    const rejected = expect(mine).rejects.toBeInstanceOf(TaskCancelledError)
    await bull.close({ pending: 'reject' })
    await rejected
    await queue.worker()
    expect(await others).toBe(4)
  })
})
