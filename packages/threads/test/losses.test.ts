import { type ChannelEvent, channels, task, WorkerLostError } from '@conc/core'
import { ThreadExecutor, type ThreadExecutorOptions } from '@conc/threads'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { unreachable } from './fixtures/dying.mjs'
import { unreached } from './fixtures/halting.mjs'
import { moody } from './fixtures/moody.mjs'
import { opensPool, threads as topLevelPool } from './fixtures/opens-pool.mjs'
import {
  add,
  bomb,
  counted,
  crash,
  endless,
  exit,
  flaky,
  gated,
  hoard,
  rejecting,
  stubborn,
  thread,
} from './fixtures/tasks.mjs'
import { firstReport, Gate, words } from './gate.js'

const broken = new URL('./fixtures/broken.mjs', import.meta.url)

describe('a lost thread', () => {
  const small = { resourceLimits: { maxOldGenerationSizeMb: 16, maxYoungGenerationSizeMb: 4 } }
  const ways: [string, () => Promise<unknown>, object, ThreadExecutorOptions?][] = [
    ['process.exit', () => exit(3), { exitCode: 3 }],
    ['an exception of nobody', crash, { exitCode: 1, cause: expect.any(RangeError) }],
    ['an unhandled rejection', rejecting, { exitCode: 1, cause: expect.any(TypeError) }],
    ['running out of memory', hoard, { cause: { code: 'ERR_WORKER_OUT_OF_MEMORY' } }, small],
  ]

  it.each(ways)('by %s rejects its task, and no other', async (_, kill, details, options) => {
    await using threads = new ThreadExecutor({ maxThreads: 2, ...options })
    const { withExecutor } = await import('@conc/core')
    const gate = new Gate()
    const [beside, lost, ...queued] = withExecutor(threads, () => [
      gated(gate.buffer, 'beside'),
      kill(),
      ...[1, 2, 3].map((n) => add(n, n)),
    ])
    await expect(lost).rejects.toBeInstanceOf(WorkerLostError)
    await expect(lost).rejects.toMatchObject({ started: true, executor: 'threads', ...details })
    expect(await Promise.all(queued)).toEqual([2, 4, 6])
    gate.open()
    expect(await beside).toBe('beside')
    expect(await threads.submit(add, [5, 5])).toBe(10)
    expect(threads.load).toMatchObject({ concurrency: 2, running: 0, waiting: 0 })
    expect(threads.metrics()).toMatchObject({ lost: 1, completed: 5 })
  })

  it.each(ways)('by %s takes the bodies beside it along', async (_, kill, details, options) => {
    await using threads = new ThreadExecutor({ maxThreads: 1, tasksPerThread: 2, ...options })
    const { withExecutor } = await import('@conc/core')
    const started = firstReport()
    const beside = threads.submit(stubborn, [], { onProgress: started.onProgress })
    beside.catch(() => {})
    await started.promise
    const [lost, ...queued] = withExecutor(threads, () => [
      kill(),
      ...[1, 2, 3].map((n) => add(n, n)),
    ])
    for (const call of [beside, lost]) {
      await expect(call).rejects.toMatchObject({
        code: 'CONC_WORKER_LOST',
        started: true,
        ...details,
      })
    }
    expect(await Promise.all(queued)).toEqual([2, 4, 6])
    expect(threads.load).toMatchObject({ concurrency: 2, running: 0, waiting: 0 })
    expect(threads.metrics()).toMatchObject({ lost: 2, completed: 3, threads: 1 })
  })

  it('takes all the bodies on it along, each once', async () => {
    await using threads = new ThreadExecutor({ maxThreads: 1, tasksPerThread: 3 })
    const started = [firstReport(), firstReport()]
    const beside = started.map(({ onProgress }) => threads.submit(stubborn, [], { onProgress }))
    await Promise.all(started.map(({ promise }) => promise))
    const all = await Promise.allSettled([...beside, threads.submit(exit, [4])])
    for (const one of all) {
      expect(one).toMatchObject({ status: 'rejected', reason: { exitCode: 4, started: true } })
    }
    expect(await threads.submit(add, [1, 1])).toBe(2)
  })

  it('gives back what it had not begun', async () => {
    await using threads = new ThreadExecutor({ maxThreads: 1, tasksPerThread: 4 })
    const [started, counter] = [firstReport(), words(0)]
    const before = await threads.submit(thread, [])
    // The thread is busy in a loop, so what is sent after it stays unclaimed until the kill.
    const controller = new AbortController()
    const blocking = threads.submit(endless, [], {
      onProgress: started.onProgress,
      signal: controller.signal,
    })
    await started.promise
    const sent = [1, 2, 3].map((n) => threads.submit(add, [n, n]))
    await Promise.resolve()
    expect(threads.load).toMatchObject({ running: 4, waiting: 0 })
    controller.abort('over')
    await expect(blocking).rejects.toBe('over')
    expect(await Promise.all(sent)).toEqual([2, 4, 6])
    expect(await threads.submit(thread, [])).not.toBe(before)
    expect(counter.values[0]).toBe(0)
  })

  it('after its last answer harms nobody', async () => {
    await using threads = new ThreadExecutor({ maxThreads: 1 })
    const gate = new Gate()
    expect(await threads.submit(bomb, [gate.buffer])).toBe('armed')
    gate.open()
    const outcome = await threads.submit(add, [1, 1]).catch((error) => error)
    expect(outcome === 2 || (outcome as WorkerLostError).exitCode === 7).toBe(true)
    expect(await threads.submit(add, [1, 1])).toBe(2)
  })

  it('is followed by another attempt where the task may run twice', async () => {
    await using threads = new ThreadExecutor({ maxThreads: 1 })
    expect(await threads.submit(flaky, [words(2).buffer], { retry: 5 })).toBe(3)
    const poison = threads.submit(flaky, [words(100).buffer], { retry: 5 })
    await expect(poison).rejects.toMatchObject({ code: 'CONC_POISON_TASK' })
    await expect(threads.submit(exit, [1], { retry: 5 })).rejects.toMatchObject({
      code: 'CONC_WORKER_LOST',
    })
  })
})

describe('a module', () => {
  it('that throws on the thread rejects its task, and the thread lives on', async () => {
    await using threads = new ThreadExecutor({ maxThreads: 1 })
    const before = await threads.submit(thread, [])
    await expect(threads.submit(moody, [])).rejects.toMatchObject({
      code: 'CONC_UNKNOWN_TASK',
      started: false,
      cause: expect.any(RangeError),
      message: expect.stringContaining('moody.mjs'),
    })
    expect(await threads.submit(thread, [])).toBe(before)
  })

  it('that does not declare the task is named, with what it declares', async () => {
    await using threads = new ThreadExecutor({ maxThreads: 1 })
    const elsewhere = task('threads/elsewhere', () => 1, {
      module: new URL('./fixtures/tasks.mjs', import.meta.url),
    })
    await expect(threads.submit(elsewhere, [])).rejects.toMatchObject({
      code: 'CONC_UNKNOWN_TASK',
      message: expect.stringMatching(/tasks\.mjs.*threads\/add/),
    })
  })

  it('that ends its thread does so three times at most', async () => {
    await using threads = new ThreadExecutor({ maxThreads: 1 })
    await expect(threads.submit(unreachable, [])).rejects.toMatchObject({
      code: 'CONC_WORKER_LOST',
      exitCode: 11,
      started: false,
    })
    expect(await threads.submit(add, [1, 1])).toBe(2)
  })

  it('that never ends is ended by a cancel', async () => {
    await using threads = new ThreadExecutor({ maxThreads: 1, graceMs: 20 })
    await threads.submit(add, [1, 1])
    const call = threads.submit(unreached, [], { timeoutMs: 50 })
    await expect(call).rejects.toMatchObject({ code: 'CONC_TASK_TIMEOUT', phase: 'waiting' })
    expect(await threads.submit(add, [1, 1])).toBe(2)
  })

  it('that opens a pool when it is imported is told what is wrong', async () => {
    await using threads = new ThreadExecutor({ maxThreads: 1 })
    await expect(threads.submit(opensPool, [])).rejects.toMatchObject({
      code: 'CONC_UNKNOWN_TASK',
      message: expect.stringContaining('A ThreadExecutor was made while a worker is importing'),
    })
    await topLevelPool.close()
  })
})

describe('a thread that cannot start', () => {
  it.each<[string, ThreadExecutorOptions, RegExp]>([
    ['because a module throws', { modules: [broken] }, /this module is broken/],
    ['because Node refuses an option', { execArgv: ['--expose-gc'] }, /--expose-gc/],
    [
      'in time',
      { modules: [new URL('./fixtures/halting.mjs', import.meta.url)], startupTimeoutMs: 200 },
      /within 200 ms/,
    ],
  ])('%s rejects all that wait', async (_, options, reason) => {
    await using threads = new ThreadExecutor({ maxThreads: 2, ...options })
    const calls = await Promise.allSettled([1, 2, 3].map((n) => threads.submit(add, [n, n])))
    for (const call of calls) {
      expect(call).toMatchObject({
        status: 'rejected',
        reason: { code: 'CONC_WORKER_LOST', started: false, retryable: true },
      })
      expect(String((call as PromiseRejectedResult).reason.message)).toMatch(reason)
    }
  })

  it('makes ready() say why', async () => {
    await using threads = new ThreadExecutor({ minThreads: 1, maxThreads: 1, modules: [broken] })
    await expect(threads.ready()).rejects.toMatchObject({
      code: 'CONC_WORKER_LOST',
      cause: expect.any(SyntaxError),
    })
  })

  it('is tried again after a pause', async () => {
    const module = new URL(`./fixtures/once-broken.mjs`, import.meta.url)
    const env: NodeJS.Dict<string> & { CONC_TEST_UNBROKEN?: string } = { ...process.env }
    await using threads = new ThreadExecutor({ maxThreads: 1, modules: [module], env })
    await expect(threads.submit(add, [1, 1])).rejects.toBeInstanceOf(WorkerLostError)
    env.CONC_TEST_UNBROKEN = '1'
    expect(await threads.submit(add, [1, 1])).toBe(2)
  })
})

describe('conc:worker', () => {
  const events: ChannelEvent[] = []
  const listen = (event: unknown) => void events.push(event as ChannelEvent)
  beforeEach(() => {
    events.length = 0
    channels.worker.subscribe(listen)
  })
  afterEach(() => {
    channels.worker.unsubscribe(listen)
  })
  const seen = () => events.map(({ type, executor }) => [type, executor])

  it('tells of threads that come, are lost and are replaced', async () => {
    const threads = new ThreadExecutor({ name: 'seen', maxThreads: 1, maxTasksPerWorker: 2 })
    const error = await threads.submit(exit, [6]).catch((error: unknown) => error)
    for (let i = 0; i < 3; i++) await threads.submit(add, [1, 1])
    await threads.close()
    expect(seen()).toEqual([
      ['up', 'seen'],
      ['lost', 'seen'],
      ['up', 'seen'],
      ['recycled', 'seen'],
      ['up', 'seen'],
    ])
    const [up, lost, successor] = events
    expect(up?.worker).toBeGreaterThan(0)
    expect(successor?.worker).not.toBe(up?.worker)
    expect(lost).toMatchObject({ exitCode: 6, tasks: ['threads/exit'], worker: up?.worker })
    expect(error).toMatchObject({
      worker: up?.worker,
      message: `Task 'threads/exit' lost its thread (${up?.worker}) of 'seen': exit code 6.`,
    })
    expect(lost?.at).toBeTypeOf('bigint')
  })

  it('lets a listener give up a call that goes to another thread', async () => {
    await using threads = new ThreadExecutor({ maxThreads: 1, tasksPerThread: 2, graceMs: 1 })
    const [ending, giving] = [new AbortController(), new AbortController()]
    const [counter, started] = [words(0), firstReport()]
    const listen = () => giving.abort('given up')
    const options = { signal: ending.signal, onProgress: started.onProgress }
    const blocked = threads.submit(endless, [], options)
    await started.promise
    channels.worker.subscribe(listen)
    try {
      const offered = threads.submit(counted, [counter.buffer], { signal: giving.signal })
      await Promise.resolve()
      ending.abort('ended')
      await expect(blocked).rejects.toBe('ended')
      await expect(offered).rejects.toBe('given up')
    } finally {
      channels.worker.unsubscribe(listen)
    }
    expect(await threads.submit(add, [1, 1])).toBe(2)
    expect(counter.values[0]).toBe(0)
  })
})

describe('conc:task', () => {
  it('fires in the thread, around the body', async () => {
    const { failing, heard, quiet } = await import('./fixtures/listening.mjs')
    await using threads = new ThreadExecutor({ name: 'traced', maxThreads: 1 })
    await threads.submit(quiet, [])
    await threads.submit(failing, []).catch(() => {})
    expect(await threads.submit(heard, [])).toEqual([
      ['start', 'listening/quiet', 'traced', 1],
      ['end', 'listening/quiet'],
      ['start', 'listening/failing', 'traced', 1],
      ['error', 'listening/failing', 'seen'],
      ['end', 'listening/failing'],
      ['start', 'listening/heard', 'traced', 1],
    ])
  })
})
