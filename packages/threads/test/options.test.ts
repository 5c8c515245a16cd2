import { availableParallelism } from 'node:os'
import { InvalidOptionError } from '@conc/core'
import { ThreadExecutor } from '@conc/threads'
import { describe, expect, it, vi } from 'vitest'
import { add, echo, fail, gated, thread } from './fixtures/tasks.mjs'
import { firstReport, Gate } from './gate.js'

describe('options', () => {
  it.each<[string, unknown]>([
    ['minThreads', -1],
    ['minThreads', 1.5],
    ['minThreads', Number.NaN],
    ['minThreads', 1000],
    ['maxThreads', 0],
    ['maxThreads', 1.5],
    ['maxThreads', Number.POSITIVE_INFINITY],
    ['tasksPerThread', 0],
    ['idleTimeoutMs', 0],
    ['idleTimeoutMs', 0.5],
    ['queueLimit', -1],
    ['queueLimit', '5'],
    ['graceMs', -1],
    ['startupTimeoutMs', -1],
    ['maxTasksPerWorker', 0],
    ['modules', './tasks.js'],
    ['modules', ['']],
    ['execArgv', [1]],
    ['env', 5],
    ['resourceLimits', 5],
    ['resourceLimits', { maxOldGenerationSize: 64 }],
    ['name', ''],
    ['options', { maxThread: 4 }],
  ])('refuses %s: %o at once', (option, value) => {
    const options = option === 'options' ? value : { maxThreads: 4, [option]: value }
    const make = () => new ThreadExecutor(options as object)
    expect(make).toThrow(InvalidOptionError)
    expect(make).toThrow(`\`${option}\``)
  })

  it('refuses a limit of a thread that is no size', () => {
    const make = () => new ThreadExecutor({ resourceLimits: { stackSizeMb: -1 } })
    expect(make).toThrow('`resourceLimits.stackSizeMb`')
  })

  it('has the documented defaults', async () => {
    await using threads = new ThreadExecutor()
    expect(threads.name).toBe('threads')
    expect(threads.load).toEqual({
      concurrency: availableParallelism(),
      running: 0,
      waiting: 0,
      queueLimit: Number.POSITIVE_INFINITY,
    })
    expect(threads.capabilities).toEqual({
      closures: false,
      streaming: true,
      durable: false,
      transfer: true,
      cancel: 'forceful',
      delivery: 'at-most-once',
      values: 'structured-clone',
      priority: true,
    })
    expect(threads.metrics().threads).toBe(0)
  })

  it('cannot be forceful with several tasks on a thread', async () => {
    await using threads = new ThreadExecutor({ maxThreads: 2, tasksPerThread: 3 })
    expect(threads.capabilities.cancel).toBe('cooperative')
    expect(threads.load.concurrency).toBe(6)
  })

  it('minThreads are there when ready() resolves, and stay', async () => {
    await using threads = new ThreadExecutor({ minThreads: 2, maxThreads: 3, idleTimeoutMs: 1 })
    await threads.ready()
    expect(threads.metrics()).toMatchObject({ threads: 2, idleThreads: 2 })
    expect(await threads.submit(add, [1, 1])).toBe(2)
    expect(threads.metrics().threads).toBe(2)
  })

  it('idleTimeoutMs ends threads that have nothing to do', async () => {
    await using threads = new ThreadExecutor({ maxThreads: 2, idleTimeoutMs: 5 })
    await Promise.all([1, 2, 3].map((n) => threads.submit(add, [n, n])))
    await vi.waitUntil(() => threads.metrics().threads === 0)
    expect(await threads.submit(add, [1, 1])).toBe(2)
  })

  it('maxTasksPerWorker replaces a thread', async () => {
    await using threads = new ThreadExecutor({ maxThreads: 1, maxTasksPerWorker: 2 })
    const ids = []
    for (let i = 0; i < 6; i++) ids.push(await threads.submit(thread, []))
    expect(ids[0]).toBe(ids[1])
    expect(new Set(ids).size).toBe(3)
    expect(await Promise.all([1, 2, 3, 4, 5].map((n) => threads.submit(add, [n, 0])))).toEqual([
      1, 2, 3, 4, 5,
    ])
  })

  it('maxTasksPerWorker replaces a thread whose last call could not be sent', async () => {
    await using threads = new ThreadExecutor({ maxThreads: 1, maxTasksPerWorker: 2 })
    for (let i = 0; i < 4; i++) {
      await expect(threads.submit(echo, [() => {}])).rejects.toMatchObject({ path: 'args[0]' })
    }
    expect(await threads.submit(add, [1, 1])).toBe(2)
    expect(threads.metrics().recycled).toBe(2)
  })

  it('queueLimit refuses what is too much, and ready() waits for room', async () => {
    await using threads = new ThreadExecutor({ maxThreads: 1, queueLimit: 1 })
    const [gate, started] = [new Gate(), firstReport()]
    const calls = [threads.submit(gated, [gate.buffer], { onProgress: started.onProgress })]
    await started.promise
    calls.push(threads.submit(gated, [gate.buffer]))
    await expect(threads.submit(add, [1, 1])).rejects.toMatchObject({ code: 'CONC_QUEUE_FULL' })
    let isReady = false
    const ready = threads.ready().then(() => {
      isReady = true
    })
    await expect(threads.ready({ signal: AbortSignal.abort('no') })).rejects.toBe('no')
    expect(isReady).toBe(false)
    gate.open()
    await Promise.all([...calls, ready])
  })

  it('takes none from a polluted prototype', async () => {
    const polluted = Object.prototype as { execArgv?: unknown; env?: unknown }
    polluted.execArgv = ['--no-such-flag']
    polluted.env = { CONC_TEST: 'polluted' }
    try {
      await using threads = new ThreadExecutor({ maxThreads: 1 })
      const { environment } = await import('./fixtures/environment.mjs')
      const own = [undefined, process.execArgv]
      expect(await threads.submit(environment, ['CONC_TEST'])).toEqual(own)
    } finally {
      delete polluted.execArgv
      delete polluted.env
    }
  })

  it('env and execArgv reach the threads', async () => {
    const { environment } = await import('./fixtures/environment.mjs')
    await using threads = new ThreadExecutor({
      maxThreads: 1,
      env: { CONC_TEST: 'yes' },
      execArgv: ['--no-warnings'],
    })
    expect(await threads.submit(environment, ['CONC_TEST'])).toEqual(['yes', ['--no-warnings']])
  })
})

describe('metrics', () => {
  it('count and time what was done', async () => {
    await using threads = new ThreadExecutor({ maxThreads: 1 })
    await Promise.all([1, 2, 3].map((n) => threads.submit(add, [n, n])))
    const { waitMs, runMs, utilisation, completed } = threads.metrics()
    expect([completed, waitMs.count, runMs.count]).toEqual([3, 3, 3])
    expect(waitMs.min).toBeLessThanOrEqual(waitMs.p50)
    expect(runMs.p50).toBeLessThanOrEqual(runMs.max)
    expect(utilisation).toBeGreaterThan(0)
    expect(utilisation).toBeLessThanOrEqual(1)
    threads.resetMetrics()
    expect(threads.metrics()).toMatchObject({ completed: 0, waitMs: { count: 0, mean: 0 } })
  })

  it('tell failed tasks from cancelled ones', async () => {
    await using threads = new ThreadExecutor({ maxThreads: 1 })
    await threads.submit(fail, ['type']).catch(() => {})
    const [controller, gate] = [new AbortController(), new Gate()]
    const running = threads.submit(gated, [gate.buffer])
    const waiting = threads.submit(add, [1, 1], { signal: controller.signal })
    controller.abort('no longer')
    await expect(waiting).rejects.toBe('no longer')
    gate.open()
    await running
    expect(threads.metrics()).toMatchObject({ completed: 1, failed: 1, cancelled: 1, lost: 0 })
    expect(threads.metrics().runMs.count).toBe(2)
  })

  it('show what runs and waits now', async () => {
    await using threads = new ThreadExecutor({ maxThreads: 1 })
    const [gate, started] = [new Gate(), firstReport()]
    const calls = [threads.submit(gated, [gate.buffer], { onProgress: started.onProgress })]
    calls.push(threads.submit(gated, [gate.buffer]))
    await started.promise
    expect(threads.metrics()).toMatchObject({ running: 1, waiting: 1, suspended: 0, threads: 1 })
    gate.open()
    await Promise.all(calls)
  })
})
