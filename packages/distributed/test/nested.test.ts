import { currentExecutor, task, withExecutor } from '@conc/core'
import { PoolDepthError, WorkerPool, withPool } from '@conc/distributed'
import { describe, expect, it } from 'vitest'
import { Money, purse } from './fixtures/purse.mjs'
import {
  add,
  bearer,
  changingItsMind,
  depth,
  fan,
  inner,
  numbers,
  outsourcing,
  patient,
  pid,
  roundabout,
  tenant,
  whoAmI,
} from './fixtures/tasks.mjs'
import { firstReport, Lab } from './lab.js'

describe('calls inside of tasks', () => {
  it('go 500 deep on one worker with one slot', async () => {
    await using pool = new WorkerPool({ breadth: 1, concurrency: 1 })
    expect(await pool.submit(depth, [500])).toBe(500)
    expect(pool.load).toMatchObject({ running: 0, waiting: 0 })
  })

  it('run within their parent where too many wait, or the queue is full', async () => {
    await using narrow = new WorkerPool({ breadth: 1, concurrency: 1, maxSuspended: 3 })
    expect(await narrow.submit(depth, [40])).toBe(40)
    await using full = new WorkerPool({ breadth: 1, concurrency: 1, queueLimit: 1 })
    expect(await full.submit(fan, [4, 3])).toBe(64)
  })

  it('keep no slot from the next one once they are given up', async () => {
    await using pool = new WorkerPool({ breadth: 1, concurrency: 1 })
    expect(await pool.submit(changingItsMind, [])).toEqual(['given up', 2])
  })

  it('spread over all workers', async () => {
    await using pool = new WorkerPool({ breadth: 2, concurrency: 1 })
    expect(await pool.submit(fan, [3, 4])).toBe(81)
  })

  it('have their context, their parent and their attempt', async () => {
    await using pool = new WorkerPool({ breadth: 1 })
    const told = await tenant.run('acme', () =>
      withExecutor(pool, () => whoAmI.with({ headers: { traceparent: '00-1' } })()),
    )
    expect(told).toMatchObject({
      parentId: undefined,
      attempt: 1,
      executor: pool.name,
      headers: { traceparent: '00-1' },
      tenant: 'acme',
    })
    expect(told.id.startsWith(pool.id)).toBe(true)
  })
})

describe('withPool', () => {
  it('is the ambient executor as long as its function runs, and ends its workers', async () => {
    const used = await withPool({ breadth: 1 }, async (pool) => {
      expect(currentExecutor()).toBe(pool)
      expect(await pid()).not.toBe(process.pid)
      return pool
    })
    expect(used.state).toBe('closed')
    expect(currentExecutor()).toBeUndefined()
    expect(await pid()).toBe(process.pid)
  })

  it('gives the function its own error, after the workers have gone', async () => {
    const made: WorkerPool[] = []
    const failing = withPool({ breadth: 1 }, async (pool) => {
      made.push(pool)
      throw new RangeError('my own')
    })
    await expect(failing).rejects.toThrow(new RangeError('my own'))
    expect(made.map(({ state }) => state)).toEqual(['closed'])
  })

  it('opens pools inside of tasks, down to maxPoolDepth', async () => {
    await withPool({ breadth: 1 }, async () => {
      expect(await inner(1)).toBeTypeOf('number')
      await expect(inner(3)).rejects.toBeInstanceOf(PoolDepthError)
    })
  }, 60_000)
})

describe('a task that waits for something else', () => {
  it('has no slot meanwhile', async () => {
    const lab = await Lab.open()
    await using pool = new WorkerPool({ breadth: 1, concurrency: 1 })
    const { promise, onProgress } = firstReport()
    const waiting = pool.submit(patient, [lab.gate], { onProgress })
    await promise
    expect(await pool.submit(add, [1, 1])).toBe(2)
    await lab.openGate()
    expect(await waiting).toBe('through')
  })
})

describe('a task that calls another pool', () => {
  it('has no slot meanwhile', async () => {
    const lab = await Lab.open()
    await using pool = new WorkerPool({ breadth: 1, concurrency: 1 })
    const { promise, onProgress } = firstReport()
    const waiting = pool.submit(outsourcing, [lab.log, lab.gate], { onProgress })
    await promise
    expect(await pool.submit(add, [1, 1])).toBe(2)
    await lab.openGate()
    expect(await waiting).toBe('out')
  })
})

describe('a context variable whose value a worker cannot read', () => {
  it('stays unset there, and is passed on as it came', async () => {
    await using pool = new WorkerPool({ breadth: 1 })
    const call = purse.run(new Money(5), () => pool.submit(bearer, []))
    expect(await call).toEqual(['unset', 5, 5])
  })
})

describe('a task that calls by a session', () => {
  it('has no slot meanwhile: its own pool can run what it calls', async () => {
    await using pool = new WorkerPool({ breadth: 1, concurrency: 1, port: 0 })
    await pool.start()
    expect(await pool.submit(roundabout, [pool.server?.port as number])).toEqual([3, 0, 1, 2])
    expect(pool.load).toMatchObject({ running: 0, waiting: 0 })
  })
})

describe('broadcast', () => {
  it('runs once in every worker', async () => {
    await using pool = new WorkerPool({ breadth: 3 })
    const results = await pool.broadcast(pid, [])
    const pids = results.map((one) => (one.status === 'fulfilled' ? one.value : 0))
    expect(new Set(pids).size).toBe(3)
    expect(pids).not.toContain(process.pid)
  })
})

describe('what cannot go to workers', () => {
  it('is refused by name', async () => {
    await using pool = new WorkerPool({ breadth: 1 })
    await expect(pool.submit(() => 1, [])).rejects.toMatchObject({ code: 'CONC_UNSUPPORTED_WORK' })
    await expect(pool.submit(numbers as never, [3])).rejects.toMatchObject({
      code: 'CONC_UNSUPPORTED_WORK',
    })
    const lost = task('test/lost', () => 1, { module: 'file:///nowhere/lost.mjs' })
    await expect(pool.submit(lost, [])).rejects.toMatchObject({ code: 'CONC_UNKNOWN_TASK' })
    expect(await pool.submit(add, [1, 2])).toBe(3)
  })
})
