import { TaskCancelledError, TaskTimeoutError } from '@conc/core'
import { ThreadExecutor } from '@conc/threads'
import { describe, expect, it } from 'vitest'
import {
  add,
  counted,
  defaultTimeout,
  endless,
  gated,
  heeding,
  marking,
  polling,
  stubborn,
  surprised,
  thread,
} from './fixtures/tasks.mjs'
import { becomes, firstReport, Gate, words } from './gate.js'

describe('cancelling a call', () => {
  it('never runs what was aborted before the submit or while waiting', async () => {
    await using threads = new ThreadExecutor({ maxThreads: 1 })
    const [gate, counter] = [new Gate(), words(0)]
    const running = threads.submit(gated, [gate.buffer])
    const early = threads.submit(counted, [counter.buffer], { signal: AbortSignal.abort('early') })
    const controller = new AbortController()
    const waiting = threads.submit(counted, [counter.buffer], { signal: controller.signal })
    controller.abort('waiting')
    await expect(early).rejects.toBe('early')
    await expect(waiting).rejects.toBe('waiting')
    gate.open()
    await running
    expect(await threads.submit(add, [1, 1])).toBe(2)
    expect(counter.values[0]).toBe(0)
  })

  it('never runs what was sent to a busy thread and is withdrawn', async () => {
    await using threads = new ThreadExecutor({ maxThreads: 1, tasksPerThread: 2, graceMs: 60_000 })
    const [seen, counter, started] = [words(0), words(0), firstReport()]
    const first = new AbortController()
    const blocked = threads.submit(polling, [seen.buffer], {
      signal: first.signal,
      onProgress: started.onProgress,
    })
    await started.promise
    const second = new AbortController()
    const offered = threads.submit(counted, [counter.buffer], { signal: second.signal })
    await Promise.resolve()
    second.abort('withdrawn')
    await expect(offered).rejects.toBe('withdrawn')
    first.abort('done')
    await expect(blocked).rejects.toBe('done')
    await becomes(seen.values, 1)
    expect(await threads.submit(add, [1, 1])).toBe(2)
    expect(counter.values[0]).toBe(0)
  })

  it('rejects at once with the caller’s reason and aborts the signal with the same one', async () => {
    await using threads = new ThreadExecutor({ maxThreads: 1 })
    const [controller, started] = [new AbortController(), firstReport()]
    const call = threads.submit(heeding, [], {
      signal: controller.signal,
      onProgress: started.onProgress,
    })
    await started.promise
    const reason = new RangeError('changed my mind')
    controller.abort(reason)
    await expect(call).rejects.toBe(reason)
    expect(await threads.submit(thread, [])).toBeGreaterThan(0)
    expect(threads.metrics()).toMatchObject({ threads: 1, cancelled: 1, lost: 0 })
  })

  it('lets a body that never yields poll its signal', async () => {
    await using threads = new ThreadExecutor({ maxThreads: 1, graceMs: 60_000 })
    const [controller, started, seen] = [new AbortController(), firstReport(), words(0)]
    const call = threads.submit(polling, [seen.buffer], {
      signal: controller.signal,
      onProgress: started.onProgress,
    })
    const threadId = threads.submit(thread, [])
    await started.promise
    controller.abort('stop')
    await expect(call).rejects.toBe('stop')
    await becomes(seen.values, 1)
    expect(await threadId).toBeGreaterThan(0)
    expect(threads.metrics().threads).toBe(1)
  })

  it('is heard by a listener, also where the body had looked at its signal just before', async () => {
    await using threads = new ThreadExecutor({ maxThreads: 1, graceMs: 60_000 })
    const [controller, looked, flags] = [new AbortController(), firstReport(), words(0, 0)]
    const call = threads.submit(surprised, [flags.buffer], {
      signal: controller.signal,
      onProgress: looked.onProgress,
    })
    await looked.promise
    controller.abort('stop')
    Atomics.store(flags.values, 0, 1)
    Atomics.notify(flags.values, 0)
    await expect(call).rejects.toBe('stop')
    await threads.submit(add, [1, 1])
    expect(flags.values[1]).toBe(1)
  })

  it('keeps the slot until the body has settled', async () => {
    await using threads = new ThreadExecutor({ maxThreads: 1, graceMs: 60_000 })
    const [controller, started, gate] = [new AbortController(), firstReport(), new Gate()]
    const call = threads.submit(gated, [gate.buffer], {
      signal: controller.signal,
      onProgress: started.onProgress,
    })
    await started.promise
    controller.abort('no longer')
    await expect(call).rejects.toBe('no longer')
    expect(threads.load.running).toBe(1)
    gate.open()
    expect(await threads.submit(add, [1, 1])).toBe(2)
  })

  it.each([
    ['blocks its thread', endless],
    ['ignores its signal', stubborn],
  ] as const)(
    'ends the thread of a body that %s, without harming the next one',
    async (_, body) => {
      await using threads = new ThreadExecutor({ maxThreads: 1, graceMs: 20 })
      const [controller, started] = [new AbortController(), firstReport()]
      const call = threads.submit(body, [], {
        signal: controller.signal,
        onProgress: started.onProgress,
      })
      const next = Promise.all([1, 2, 3].map((n) => threads.submit(add, [n, n])))
      await started.promise
      controller.abort('over')
      await expect(call).rejects.toBe('over')
      expect(await next).toEqual([2, 4, 6])
      expect(threads.load).toMatchObject({ running: 0, waiting: 0, concurrency: 1 })
    },
  )

  it('does nothing after the settlement', async () => {
    await using threads = new ThreadExecutor({ maxThreads: 1, graceMs: 1 })
    const controller = new AbortController()
    const before = await threads.submit(thread, [], { signal: controller.signal })
    controller.abort()
    expect(await threads.submit(thread, [])).toBe(before)
  })

  it('leaves no listener on a long-lived signal', async () => {
    await using threads = new ThreadExecutor({ maxThreads: 1 })
    const { signal } = new AbortController()
    let listeners = 0
    const count = (by: number) => (listeners += by)
    const { addEventListener, removeEventListener } = signal
    signal.addEventListener = (...args: Parameters<typeof addEventListener>) => {
      count(1)
      addEventListener.apply(signal, args)
    }
    signal.removeEventListener = (...args: Parameters<typeof removeEventListener>) => {
      count(-1)
      removeEventListener.apply(signal, args)
    }
    await Promise.all(Array.from({ length: 100 }, () => threads.submit(add, [1, 1], { signal })))
    expect(listeners).toBe(0)
  })
})

describe('a timeout', () => {
  it('counts from the submit and says where it was', async () => {
    await using threads = new ThreadExecutor({ maxThreads: 1, graceMs: 20 })
    const waiting = threads.submit(add, [1, 1], { timeoutMs: 0.01 })
    await expect(waiting).rejects.toMatchObject({ code: 'CONC_TASK_TIMEOUT', phase: 'waiting' })
    await threads.submit(add, [1, 1])
    const running = threads.submit(stubborn, [], { timeoutMs: 1000 })
    await expect(running).rejects.toBeInstanceOf(TaskTimeoutError)
    await expect(running).rejects.toMatchObject({ phase: 'running', started: true })
    await expect(threads.submit(defaultTimeout, [])).rejects.toBeInstanceOf(TaskTimeoutError)
    expect(await threads.submit(add, [1, 1])).toBe(2)
  })
})

describe('a thread with several tasks', () => {
  it('is not ended for a body that ignores its cancel while it answers', async () => {
    await using threads = new ThreadExecutor({ maxThreads: 1, tasksPerThread: 2 })
    const [gate, controller, started] = [new Gate(), new AbortController(), firstReport()]
    const other = threads.submit(gated, [gate.buffer, 'unharmed'])
    const stuck = threads.submit(stubborn, [], {
      signal: controller.signal,
      onProgress: started.onProgress,
    })
    await started.promise
    const { channels } = await import('@conc/core')
    const event = new Promise<{ type: string }>((resolve) => {
      channels.worker.subscribe(function listen(message) {
        const { type } = message as { type: string }
        if (type !== 'stuck') return
        channels.worker.unsubscribe(listen)
        resolve({ type })
      })
    })
    controller.abort('over')
    await expect(stuck).rejects.toBe('over')
    await event
    expect(threads.load.running).toBe(2)
    gate.open()
    expect(await other).toBe('unharmed')
  })

  it('is ended for one that blocks; the others are told which task it was', async () => {
    await using threads = new ThreadExecutor({ maxThreads: 1, tasksPerThread: 2, graceMs: 10 })
    const [gate, controller, started] = [new Gate(), new AbortController(), firstReport()]
    const waiting = firstReport()
    const other = threads.submit(gated, [gate.buffer], { onProgress: waiting.onProgress })
    await waiting.promise
    const blocking = threads.submit(endless, [], {
      signal: controller.signal,
      onProgress: started.onProgress,
    })
    other.catch(() => {})
    await started.promise
    controller.abort('over')
    await expect(blocking).rejects.toBe('over')
    await expect(other).rejects.toMatchObject({
      code: 'CONC_WORKER_LOST',
      started: true,
      message: expect.stringContaining("task 'threads/endless' ignored its cancel"),
    })
    expect(await threads.submit(add, [1, 1])).toBe(2)
  })
})

describe('close', () => {
  it('finishes what was accepted', async () => {
    const threads = new ThreadExecutor({ maxThreads: 1 })
    const gate = new Gate()
    const calls = [threads.submit(gated, [gate.buffer, 1]), threads.submit(add, [1, 1])]
    const closed = threads.close()
    await expect(threads.submit(add, [1, 1])).rejects.toMatchObject({
      code: 'CONC_EXECUTOR_CLOSED',
    })
    gate.open()
    expect(await Promise.all(calls)).toEqual([1, 2])
    await closed
    expect(threads.metrics().threads).toBe(0)
    expect(threads.close()).toBe(closed)
  })

  it.each([
    ['reject' as const, undefined],
    ['run' as const, 20],
  ])('with pending %s and timeoutMs %s ends bodies that go on', async (pending, timeoutMs) => {
    const threads = new ThreadExecutor({ maxThreads: 1, graceMs: 20 })
    const started = firstReport()
    const running = threads.submit(endless, [], { onProgress: started.onProgress })
    const waiting = threads.submit(add, [1, 1])
    await started.promise
    const closed = threads.close({ pending, ...(timeoutMs && { timeoutMs }) })
    for (const call of [running, waiting]) {
      await expect(call).rejects.toBeInstanceOf(TaskCancelledError)
      await expect(call).rejects.toMatchObject({ origin: 'close' })
    }
    await closed
    expect(threads.metrics().threads).toBe(0)
  })

  it('ends several tasks of one thread too', async () => {
    const threads = new ThreadExecutor({ maxThreads: 1, tasksPerThread: 2, graceMs: 20 })
    const started = [firstReport(), firstReport()]
    const calls = started.map(({ onProgress }) => threads.submit(stubborn, [], { onProgress }))
    await Promise.all(started.map(({ promise }) => promise))
    const settled = Promise.allSettled(calls)
    await threads.close({ pending: 'reject' })
    expect((await settled).map(({ status }) => status)).toEqual(['rejected', 'rejected'])
  })

  it('says of no body that began that it had not', async () => {
    for (let round = 0; round < 20; round++) {
      const threads = new ThreadExecutor({ maxThreads: 2, minThreads: 2 })
      await threads.ready()
      const { buffer, values } = words(...new Array(400).fill(0))
      const calls = Array.from(values, (_, index) => threads.submit(marking, [buffer, index]))
      const settled = Promise.allSettled(calls)
      await calls[0]
      await threads.close({ pending: 'reject' })
      const ends = await settled
      const untrue = ends.filter(
        (end, index) =>
          end.status === 'rejected' && end.reason.started === false && values[index] === 1,
      )
      expect(untrue).toEqual([])
    }
  })

  it('works before anything was started, and while it starts', async () => {
    await new ThreadExecutor().close()
    const threads = new ThreadExecutor({ maxThreads: 1 })
    const call = threads.submit(add, [1, 1])
    const closed = threads.close({ pending: 'reject' })
    await expect(call).rejects.toMatchObject({ origin: 'close' })
    await closed
  })
})
