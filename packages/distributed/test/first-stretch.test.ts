import { type ChannelEvent, channels, WorkerLostError } from '@conc/core'
import { deferred } from '@conc/core/internal'
import { connect, serve, WorkerPool } from '@conc/distributed'
import { afterEach, beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest'
import { add, blocking, hungry, pid } from './fixtures/tasks.mjs'
import { Lab } from './lab.js'

const authkey = 'a key of enough bytes'
const timeoutMs = 60_000

describe('a body that has not yielded yet', () => {
  beforeEach(() => void vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] }))
  afterEach(() => void vi.useRealTimers())

  it('runs, as far as its pool and its limit of time are concerned', async () => {
    const lab = await Lab.open()
    await using pool = new WorkerPool({ breadth: 1, concurrency: 1 })
    const begun = firstStart(pool.name)
    const call = pool.submit(blocking, [lab.log, lab.gate], { timeoutMs })
    const next = pool.submit(add, [1, 2])
    await begun
    expect(pool.load).toMatchObject({ running: 1, waiting: 1 })
    vi.advanceTimersByTime(timeoutMs)
    await expect(call).rejects.toMatchObject({ phase: 'running', started: true })
    await lab.openGate()
    expect(await next).toBe(3)
  })

  it('runs behind a port too', async () => {
    const lab = await Lab.open()
    await using pool = new WorkerPool({ breadth: 1, concurrency: 1 })
    await using server = await serve(pool, { authkey })
    await using session = await connect({ port: server.port, authkey })
    const begun = firstStart(pool.name)
    const call = session.submit(blocking, [lab.log, lab.gate], { timeoutMs })
    await begun
    vi.advanceTimersByTime(timeoutMs)
    await expect(call).rejects.toMatchObject({ phase: 'running', started: true })
    await lab.openGate()
    expect(await session.submit(add, [1, 2])).toBe(3)
  })
})

describe('a worker that its first body leaves without memory', () => {
  it('rejects that body, which runs only once, and no other call', async () => {
    const lab = await Lab.open()
    await using pool = new WorkerPool({
      breadth: 1,
      concurrency: 1,
      execArgv: ['--max-old-space-size=32'],
      console: 'silent',
      respawn: { minMs: 5 },
    })
    await pool.submit(pid, [])
    const call = pool.submit(hungry, [lab.log])
    const next = pool.submit(add, [1, 2])
    await expect(call).rejects.toBeInstanceOf(WorkerLostError)
    await expect(call).rejects.toMatchObject({ started: true, worker: 1 })
    expect(await next).toBe(3)
    expect(await lab.lines()).toEqual(['hungry'])
  })
})

/** Resolves when a body of the pool has begun. */
function firstStart(executor: string): Promise<void> {
  const { promise, resolve } = deferred<void>()
  const listener = (event: unknown): void => {
    const one = event as ChannelEvent
    if (one.executor === executor && one.type === 'started') resolve()
  }
  channels.pool.subscribe(listener)
  onTestFinished(() => void channels.pool.unsubscribe(listener))
  return promise
}
