import { type ChannelEvent, channels } from '@conc/core'
import { deferred } from '@conc/core/internal'
import {
  DeadlockError,
  type LogRecord,
  WorkerPool,
  type WorkerPoolOptions,
} from '@conc/distributed'
import { afterEach, beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest'
import {
  add,
  awaiting,
  briefly,
  crossing,
  gated,
  holding,
  meeting,
  patient,
} from './fixtures/tasks.mjs'
import { firstReport, Lab, workerEvent } from './lab.js'

beforeEach(() => {
  // The workers have the real time: only this process's five seconds pass at once.
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
})

afterEach(() => {
  vi.useRealTimers()
})

interface Watched {
  readonly pool: WorkerPool
  readonly warnings: LogRecord[]
  /** Resolves when so many calls hold no slot, or wait. */
  suspended(count: number): Promise<void>
}

async function watched(options: WorkerPoolOptions = {}): Promise<Watched> {
  const warnings: LogRecord[] = []
  const onLog = (record: LogRecord): void => {
    if (record.level === 'warn') warnings.push(record)
  }
  const pool = new WorkerPool({ breadth: 1, concurrency: 2, graceMs: 50, onLog, ...options })
  onTestFinished(() => pool.close({ pending: 'reject' }))
  await pool.start()
  const suspended = async (count: number): Promise<void> => {
    const { promise, resolve } = deferred<void>()
    let seen = 0
    const hear = (event: unknown): void => {
      const { executor, type } = event as ChannelEvent
      if (executor === pool.name && type === 'suspended' && ++seen === count) resolve()
    }
    channels.pool.subscribe(hear)
    await promise
    channels.pool.unsubscribe(hear)
  }
  return { pool, warnings, suspended }
}

const silence = (): Promise<unknown> => vi.advanceTimersByTimeAsync(6001)

describe('the watchdog', () => {
  it('tells once who waits for what where nothing runs any more, and lets them wait', async () => {
    const { pool, warnings, suspended } = await watched()
    const event = workerEvent(pool.name, 'deadlock')
    const waits = suspended(2)
    const held = pool.submit(holding, ['one', 'never'])
    await waits
    const next = suspended(1)
    const second = pool.submit(briefly, ['one'])
    await next
    await silence()
    const { graph } = (await event) as unknown as { graph: string[] }
    const lines = graph.map((line) => line.replaceAll(/ \([\w-]+\)/g, ''))
    expect(lines).toEqual([
      'fixture/holding → fixture/awaiting',
      "fixture/briefly → lock 'one', held by fixture/holding",
      "fixture/awaiting → event 'never'",
    ])
    expect(warnings).toMatchObject([{ message: expect.stringContaining(graph.join('\n')) }])
    await silence()
    expect(warnings).toHaveLength(1)
    await pool.locks().event('never').set()
    expect(await held).toBe('never')
    expect(await second).toBeTypeOf('number')
  })

  it("ends the newest wait with onDeadlock: 'reject', then the next, until something moves", async () => {
    const { pool, suspended } = await watched({ onDeadlock: 'reject' })
    const waits = suspended(2)
    const first = pool.submit(awaiting, ['never'])
    const second = first.catch(() => pool.submit(add, [1, 2]))
    const barrier: Promise<unknown> = pool.submit(meeting, [2]).catch((reason: unknown) => reason)
    await waits
    await silence()
    const error = await barrier
    expect(error).toBeInstanceOf(DeadlockError)
    expect(error).toMatchObject({ chain: [expect.stringContaining(pool.id), 'meeting'] })
    await silence()
    await expect(first).rejects.toMatchObject({ code: 'CONC_DEADLOCK' })
    expect(await second).toBe(3)
  })

  it('ends a wait that goes in a circle over two pools, which neither sees', async () => {
    const lab = await Lab.open()
    const authkey = 'a key of enough bytes'
    const { pool } = await watched({ onDeadlock: 'reject', port: 0, authkey })
    const { pool: other } = await watched({ port: 0, authkey })
    const at = (there: WorkerPool, name: string): Parameters<typeof crossing>[1] => ({
      port: there.server?.port as number,
      authkey,
      name,
    })
    const [one, two] = [firstReport(), firstReport()]
    const first = pool.submit(crossing, ['x', at(other, 'y'), lab.gate], {
      onProgress: one.onProgress,
    })
    const second: Promise<unknown> = other
      .submit(crossing, ['y', at(pool, 'x'), lab.gate], { onProgress: two.onProgress })
      .catch((error: unknown) => error)
    await Promise.all([one.promise, two.promise])
    await lab.openGate()
    for (const locks of [pool.locks(), other.locks()]) {
      const isAwaited = async (): Promise<boolean> =>
        (await locks.inspect())[0]?.waiters.length === 1
      while (!(await isAwaited())) await new Promise(setImmediate)
    }
    await silence()
    // Nobody waits for what the second one holds any more.
    expect(await second).toMatchObject({ code: 'CONC_DEADLOCK' })
    expect(await first).toBe('y')
  })

  it('ends a call that waits for a worker which does not come', async () => {
    const { pool } = await watched({
      breadth: 2,
      onDeadlock: 'reject',
      tags: (worker) => (worker === 1 ? ['rare'] : []),
      respawn: { minMs: 1, budget: 1 },
    })
    const failed = workerEvent(pool.name, 'failed')
    const { workers } = await pool.stats()
    process.kill(workers.find(({ tags }) => tags.length > 0)?.pid as number, 'SIGKILL')
    await failed
    const rare = pool.submit(add, [1, 2], { tags: ['rare'] })
    rare.catch(() => {})
    await new Promise(setImmediate)
    await silence()
    await expect(rare).rejects.toMatchObject({ code: 'CONC_DEADLOCK', started: false })
    expect(await pool.submit(add, [1, 2])).toBe(3)
  })

  it('is quiet while something runs, while frames come, and where nobody waits for the pool', async () => {
    const lab = await Lab.open()
    const { pool, warnings, suspended } = await watched({ onDeadlock: 'reject' })
    // Runs.
    const { promise, onProgress } = firstReport()
    const running = pool.submit(gated, [lab.log, lab.gate, 1], { onProgress })
    await promise
    const waits = suspended(1)
    const waiting = pool.submit(awaiting, ['soon'])
    await waits
    await silence()
    // Waits for something else, which the pool cannot see.
    const outside = suspended(1)
    const patience = pool.submit(patient, [`${lab.gate}-other`])
    await outside
    await pool.locks().event('soon').set()
    await waiting
    await lab.openGate()
    await running
    await silence()
    await silence()
    expect(warnings).toEqual([])
    await expect(Promise.race([patience, pool.submit(add, [1, 1])])).resolves.toBe(2)
  })
})
