import { withExecutor } from '@conc/core'
import { connect, WorkerPool, withSession } from '@conc/distributed'
import { describe, expect, it } from 'vitest'
import { add, depth, exit, keyHere, numbers, pid } from './fixtures/tasks.mjs'

const modules = [new URL('./fixtures/tasks.mjs', import.meta.url)]

describe('a pool with a port', () => {
  it('takes calls of sessions, whose bodies run in its workers', async () => {
    await using pool = new WorkerPool({ breadth: 1, port: 0, modules })
    await pool.start()
    const { port = 0 } = pool.server ?? {}
    const target = { port, authkey: pool.authkey ?? '' }
    await withSession(target, async (session) => {
      expect(await add(1, 2)).toBe(3)
      expect(await pid()).toBe(await pool.submit(pid, []))
      expect(await depth(5)).toBe(5)
      const items: number[] = []
      for await (const n of numbers(40)) items.push(n)
      expect(items).toEqual(Array.from({ length: 40 }, (_, n) => n))
      expect(await session.ping()).toBeGreaterThan(0)
      expect([...session.tasks.keys()]).toContain('fixture/add')
      expect(await session.stats()).toMatchObject({ state: 'open', workers: [{ state: 'open' }] })
    })
  })

  it('tells a session of a lost worker what it tells its owner', async () => {
    await using pool = new WorkerPool({ breadth: 1, port: 0, modules, authkey: 'deadbeef' })
    await pool.start()
    const { port = 0 } = pool.server ?? {}
    await using session = await connect({ port, authkey: 'deadbeef' })
    await expect(withExecutor(session, () => exit(3))).rejects.toMatchObject({
      code: 'CONC_WORKER_LOST',
      started: true,
      exitCode: 3,
    })
    expect(await session.submit(add, [2, 2])).toBe(4)
  })

  it('has 32 bytes for a key where it was given none, and lets nobody in without', async () => {
    await using pool = new WorkerPool({ breadth: 1, port: 0 })
    await pool.start()
    expect(pool.authkey?.byteLength).toBe(32)
    const { port = 0 } = pool.server ?? {}
    await expect(connect({ port, authkey: 'guess' })).rejects.toMatchObject({
      code: 'CONC_AUTHENTICATION',
    })
  })

  it('tells its workers the key, for sessions of their own to it', async () => {
    await using pool = new WorkerPool({ breadth: 1, port: 0, modules })
    await pool.start()
    expect(await pool.submit(keyHere, [pool.server?.port ?? 0])).toBe(7)
  })

  it('does not listen any more where it is closed while it starts', async () => {
    const pool = new WorkerPool({ breadth: 1, port: 0 })
    const started = expect(pool.start()).rejects.toMatchObject({ code: 'CONC_EXECUTOR_CLOSED' })
    await pool.close()
    await started
    expect(pool.server).toBeUndefined()
  })

  it('starts nothing where its port is taken', async () => {
    await using first = new WorkerPool({ breadth: 1, port: 0 })
    await first.start()
    const { port = 0 } = first.server ?? {}
    const second = new WorkerPool({ breadth: 1, port })
    await expect(second.start()).rejects.toMatchObject({ code: 'CONC_ADDRESS_IN_USE', port })
    await second.close()
    expect(second.state).toBe('closed')
  })
})

describe('tags', () => {
  it('lead a call to a worker that has all of them, and are refused where none has', async () => {
    const tags = (worker: number): string[] => (worker === 0 ? ['cpu'] : ['cpu', 'gpu'])
    await using pool = new WorkerPool({ breadth: 2, concurrency: 1, tags })
    const pids = await Promise.all([1, 2, 3].map(() => pool.submit(pid, [], { tags: ['gpu'] })))
    expect(new Set(pids).size).toBe(1)
    const refused = pool.submit(pid, [], { tags: ['tpu'] })
    await expect(refused).rejects.toMatchObject({ code: 'CONC_NO_WORKERS', reason: 'tags' })
    await expect(refused).rejects.toThrow('There are: cpu, gpu.')
  })
})

describe('stats', () => {
  it('show workers and tasks as they are', async () => {
    await using pool = new WorkerPool({ breadth: 1, tags: ['cpu'] })
    await pool.submit(add, [1, 1])
    await pool.submit(add, ['a' as never, Symbol as never]).catch(() => {})
    const stats = await pool.stats()
    expect(stats).toMatchObject({
      name: pool.name,
      state: 'open',
      load: { running: 0, waiting: 0 },
      sessions: 0,
      workers: [
        { id: 1, state: 'open', tags: ['cpu'], running: 0, suspended: 0, done: 1, restarts: 0 },
      ],
      tasks: { 'fixture/add': { count: 1, failed: 0, cancelled: 0 } },
    })
    const [worker] = stats.workers
    expect(worker?.rssBytes).toBeGreaterThan(1024 * 1024)
    expect(worker?.idleMs).toBeGreaterThan(0)
    expect(stats.tasks['fixture/add']?.bytesIn).toBeGreaterThan(0)
  })
})
