import { type ChannelEvent, channels, TaskTimeoutError, WorkerLostError } from '@conc/core'
import { WorkerPool, withDeadline } from '@conc/distributed'
import { describe, expect, it } from 'vitest'
import {
  add,
  deaf,
  doubling,
  gated,
  heeding,
  numbers,
  pid,
  size,
  spinning,
} from './fixtures/tasks.mjs'
import { firstReport, Lab, processGone, workerEvent } from './lab.js'

describe('a forceful cancel', () => {
  it.each([
    ['ignores its signal', deaf],
    ['never yields', spinning],
  ])('ends a body that %s with its worker, and nobody else', async (_, work) => {
    await using pool = new WorkerPool({
      breadth: 1,
      concurrency: 1,
      cancel: 'forceful',
      graceMs: 50,
      respawn: { minMs: 5 },
    })
    const { promise, onProgress } = firstReport()
    const controller = new AbortController()
    const call = pool.submit(work, [], { onProgress, signal: controller.signal })
    const next = pool.submit(add, [1, 1])
    const victim = (await promise) as number
    controller.abort(new Error('enough'))
    await expect(call).rejects.toThrow('enough')
    await processGone(victim)
    expect(await next).toBe(2)
  })

  it('leaves a body alone that heeds it', async () => {
    await using pool = new WorkerPool({ breadth: 1, concurrency: 1, cancel: 'forceful' })
    const { promise, onProgress } = firstReport()
    const controller = new AbortController()
    const call = pool.submit(heeding, [], { onProgress, signal: controller.signal })
    const worker = await promise
    controller.abort()
    await expect(call).rejects.toBe(controller.signal.reason)
    expect(await pool.submit(pid, [])).toBe(worker)
  })
})

describe('a limit of time', () => {
  it('for the start rejects what still waits', async () => {
    const lab = await Lab.open()
    await using pool = new WorkerPool({ breadth: 1, concurrency: 1, startTimeoutMs: 200 })
    await pool.start()
    const running = pool.submit(gated, [lab.log, lab.gate, 'first'])
    const late = pool.submit(add, [1, 1])
    await expect(late).rejects.toBeInstanceOf(TaskTimeoutError)
    await expect(late).rejects.toMatchObject({ phase: 'waiting', started: false })
    await lab.openGate()
    expect(await running).toBe('first')
  })

  it('around several calls holds for each', async () => {
    await using pool = new WorkerPool({ breadth: 1, concurrency: 1, graceMs: 50 })
    await pool.start()
    const both = withDeadline({ timeoutMs: 300 }, () =>
      Promise.allSettled([pool.submit(deaf, []), pool.submit(add, [1, 1])]),
    )
    for (const one of await both) {
      expect(one).toMatchObject({ status: 'rejected', reason: { code: 'CONC_TASK_TIMEOUT' } })
    }
    await pool.close({ pending: 'reject' })
  })
})

describe('values', () => {
  it('of 100 MiB arrive where they are allowed, and are refused unsent where not', async () => {
    const bytes = new Uint8Array(100 * 1024 * 1024)
    await using wide = new WorkerPool({ breadth: 1, maxPayloadBytes: 128 * 1024 * 1024 })
    expect(await wide.submit(size, [bytes])).toBe(bytes.byteLength)
    await using usual = new WorkerPool({ breadth: 1 })
    await expect(usual.submit(size, [bytes])).rejects.toMatchObject({
      code: 'CONC_PAYLOAD_TOO_LARGE',
      started: false,
      path: 'args[0]',
      limit: 16 * 1024 * 1024,
    })
    expect(await usual.submit(add, [1, 1])).toBe(2)
  }, 60_000)

  it('are what they were at the submit, whatever becomes of them', async () => {
    await using pool = new WorkerPool({ breadth: 1 })
    const { echo } = await import('./fixtures/tasks.mjs')
    const bytes = new Uint8Array(256 * 1024).fill(1)
    const call = pool.submit(echo, [bytes])
    bytes.fill(2)
    expect(new Set((await call) as Uint8Array)).toEqual(new Set([1]))
  })
})

describe('duplex', () => {
  it('is a generator exactly', async () => {
    const lab = await Lab.open()
    await using pool = new WorkerPool({ breadth: 1 })
    const talk = pool.duplex(doubling, [lab.log, 3])
    expect(await talk.next()).toEqual({ done: false, value: 6 })
    expect(await talk.next(7)).toEqual({ done: false, value: 14 })
    expect(await talk.throw(new Error('5'))).toEqual({ done: false, value: 2010 })
    expect(await talk.next(6000)).toEqual({ done: true, value: 'enough' })
    expect(await talk.next(1)).toEqual({ done: true, value: undefined })
    expect(await lab.lines()).toEqual(['finally'])
  })

  it('runs the finally of one that is left, and takes the value along', async () => {
    const lab = await Lab.open()
    await using pool = new WorkerPool({ breadth: 1 })
    const talk = pool.duplex(doubling, [lab.log, 1])
    await talk.next()
    expect(await talk.return('done')).toEqual({ done: true, value: 'done' })
    expect(await lab.lines()).toEqual(['finally'])
    const unread = pool.duplex(doubling, [lab.log, 1])
    expect(await unread.return('never begun')).toEqual({ done: true, value: 'never begun' })
    expect(pool.load.running).toBe(0)
  })
})

describe('recycling', () => {
  it('replaces a worker after so many calls, without losing one', async () => {
    await using pool = new WorkerPool({ breadth: 1, concurrency: 2, maxTasksPerWorker: 3 })
    const pids = await Promise.all(Array.from({ length: 12 }, () => pool.submit(pid, [])))
    expect(new Set(pids).size).toBeGreaterThanOrEqual(3)
  })

  it('replaces a worker that has become too heavy', async () => {
    await using pool = new WorkerPool({ breadth: 1, maxRssBytes: 1 })
    const recycled = workerEvent(pool.name, 'recycled')
    const first = await pool.submit(pid, [])
    await recycled
    expect(await pool.submit(pid, [])).not.toBe(first)
  })
})

describe('events', () => {
  it('tell each state of a call, in order', async () => {
    await using pool = new WorkerPool({ breadth: 1 })
    const seen: string[] = []
    const listener = (event: unknown): void => {
      const { executor, type, task } = event as ChannelEvent
      if (executor === pool.name) seen.push(`${type} ${task}`)
    }
    channels.pool.subscribe(listener)
    await pool.submit(add, [1, 1])
    channels.pool.unsubscribe(listener)
    expect(seen).toEqual(
      ['accepted', 'assigned', 'started', 'settled'].map((type) => `${type} fixture/add`),
    )
  })
})

describe('streams', () => {
  it('end with what came, then the loss', async () => {
    await using pool = new WorkerPool({ breadth: 1, prefetch: { items: 2 } })
    const got: number[] = []
    const victim = await pool.submit(pid, [])
    const loop = (async (): Promise<void> => {
      for await (const n of pool.stream(numbers, [1_000_000])) {
        got.push(n)
        if (n === 10) process.kill(victim, 'SIGKILL')
      }
    })()
    await expect(loop).rejects.toBeInstanceOf(WorkerLostError)
    expect(got).toEqual(got.map((_, index) => index))
  })
})
