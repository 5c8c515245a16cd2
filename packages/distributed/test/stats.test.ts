import { availableParallelism } from 'node:os'
import { type ChannelEvent, channels, inline, limit } from '@conc/core'
import { connect, type LogRecord, serve, WorkerPool } from '@conc/distributed'
import { describe, expect, it, onTestFinished } from 'vitest'
import { add, awaiting, careless, crowding, gated, pid } from './fixtures/tasks.mjs'
import { firstReport, Lab, workerEvent } from './lab.js'
import { TcpProxy } from './tcp-proxy.js'

const modules = [new URL('./fixtures/tasks.mjs', import.meta.url)]

describe('stats', () => {
  it('show a worker that ends its work beside its successor', async () => {
    const lab = await Lab.open()
    await using pool = new WorkerPool({ breadth: 1, concurrency: 2, maxTasksPerWorker: 1 })
    const { promise, onProgress } = firstReport()
    const running = pool.submit(gated, [lab.log, lab.gate, 'still here'], { onProgress })
    const old = await promise
    const successor = workerEvent(pool.name, 'recycled')
    expect(await pool.submit(pid, [])).toBe(old)
    await successor
    expect(await pool.submit(pid, [])).not.toBe(old)
    const { workers } = await pool.stats()
    expect(workers.find((one) => one.pid === old)).toMatchObject({ state: 'retiring', running: 1 })
    await lab.openGate()
    expect(await running).toBe('still here')
  })

  it('show a place whose worker was lost, with how that ended', async () => {
    await using pool = new WorkerPool({ breadth: 2, respawn: { minMs: 60_000 } })
    await pool.start()
    const lost = workerEvent(pool.name, 'lost')
    const { workers } = await pool.stats()
    process.kill(workers[0]?.pid as number, 'SIGKILL')
    await lost
    expect((await pool.stats()).workers).toMatchObject([
      { id: 1, pid: undefined, state: 'respawning', lastExit: 'SIGKILL', running: 0 },
      { id: 2, state: 'open', lastExit: undefined },
    ])
    await pool.close()
    expect(await pool.stats()).toMatchObject({ state: 'closed', workers: [] })
  })

  it('count a pool as idle only while it has no call, also behind a port', async () => {
    await using pool = new WorkerPool({ breadth: 1, concurrency: 1, modules })
    await using server = await serve(pool)
    await using session = await connect({ port: server.port })
    await pool.submit(add, [1, 1])
    for (const of of [pool, server, session]) expect((await of.stats()).idleMs).toBeGreaterThan(0)
    const { promise, onProgress } = firstReport()
    const waiting = session.submit(awaiting, ['soon'], { onProgress })
    await promise
    await expect.poll(() => pool.load.running).toBe(0)
    for (const of of [pool, server, session]) expect((await of.stats()).idleMs).toBe(0)
    const { workers } = await session.stats()
    expect(workers).toMatchObject([{ suspended: 1, running: 0, idleMs: 0 }])
    await session.locks().event('soon').set()
    await waiting
    for (const of of [pool, server, session]) expect((await of.stats()).idleMs).toBeGreaterThan(0)
  })

  it('say behind a port that the pool has failed', async () => {
    await using pool = new WorkerPool({ breadth: 1, modules, respawn: { budget: 1 } })
    await pool.start()
    await using server = await serve(pool)
    const failed = workerEvent(pool.name, 'failed')
    process.kill((await pool.stats()).workers[0]?.pid as number, 'SIGKILL')
    await failed
    await expect.poll(async () => (await server.stats()).state).toBe('failed')
  })
})

describe('a worker that nobody waits for', () => {
  it('is replaced after an unhandled rejection, with the reason in the event', async () => {
    await using pool = new WorkerPool({ breadth: 1, respawn: { minMs: 1 } })
    const lost = workerEvent(pool.name, 'lost')
    expect(await pool.submit(careless, [])).toBe('done')
    const { exitCode, error } = await lost
    expect(exitCode).toBe(1)
    expect((error as Error).cause).toEqual(new TypeError('left behind'))
    expect(await pool.submit(add, [1, 2])).toBe(3)
  })
})

describe('pools inside of pools', () => {
  it('warn where their breadths make more than four processes a core', async () => {
    const records: LogRecord[] = []
    const onLog = (record: LogRecord): void => void records.push(record)
    await using pool = new WorkerPool({ breadth: 1, onLog })
    const limit = 4 * availableParallelism()
    await pool.submit(crowding, [limit])
    await pool.submit(crowding, [limit + 1])
    const warnings = records.filter(({ level }) => level === 'warn')
    expect(warnings).toMatchObject([
      { pool: 'crowd', message: expect.stringContaining(`${limit + 1} processes`) },
    ])
  })
})

describe('conc:worker', () => {
  it('tells of the life of a worker', async () => {
    const seen: string[] = []
    const hear = (event: unknown): void => {
      const { executor, type } = event as ChannelEvent
      if (executor === 'short') seen.push(type)
    }
    channels.worker.subscribe(hear)
    onTestFinished(() => void channels.worker.unsubscribe(hear))
    const pool = new WorkerPool({ breadth: 1, name: 'short' })
    await pool.start()
    await pool.close()
    expect(seen).toEqual(['up', 'ready', 'stopped'])
  })
})

describe('conc:session', () => {
  it('tells of the life of a session, at its own end', async () => {
    const server = await serve(inline())
    const session = await connect({ port: server.port })
    const seen: string[] = []
    const hear = (event: unknown): void => {
      const { executor, type } = event as ChannelEvent
      if (executor === session.name) seen.push(type)
    }
    channels.session.subscribe(hear)
    await server.close()
    await expect.poll(() => session.state).toBe('closed')
    channels.session.unsubscribe(hear)
    expect(seen).toEqual(['draining', 'reset', 'closed'])
    await session.close()
  })

  it('tells at the server who comes, breaks off, comes back, goes and is refused', async () => {
    const seen: string[] = []
    const hear = (event: unknown): void => {
      const { executor, type } = event as ChannelEvent
      if (executor === 'watched') seen.push(type)
    }
    channels.session.subscribe(hear)
    onTestFinished(() => void channels.session.unsubscribe(hear))
    const authkey = 'a key of enough bytes'
    await using server = await serve(limit(inline(), 8, { name: 'watched' }), {
      authkey,
      resumeMs: 20_000,
    })
    await using proxy = await TcpProxy.to(server.port)
    const session = await connect({ port: proxy.port, authkey })
    proxy.cut()
    await expect.poll(() => seen).toEqual(['open', 'lost', 'resumed'])
    await session.close()
    await expect.poll(() => seen).toEqual(['open', 'lost', 'resumed', 'closed'])
    await connect({ port: server.port, authkey: 'another', retries: 0 }).catch(() => {})
    await expect.poll(() => seen.at(-1)).toBe('refused')
  })
})
