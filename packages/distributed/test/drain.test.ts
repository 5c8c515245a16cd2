import {
  balance,
  type ChannelEvent,
  channels,
  currentTask,
  type Executor,
  inline,
  limit,
  task,
} from '@conc/core'
import { deferred } from '@conc/core/internal'
import { connect, type PoolServer, type Session, serve, WorkerPool } from '@conc/distributed'
import { ThreadExecutor } from '@conc/threads'
import { describe, expect, it, onTestFinished } from 'vitest'
import { add, detour, endless } from './fixtures/tasks.mjs'
import { firstReport, Lab } from './lab.js'
import { echo, held, hold, stubborn, whenHeld } from './tasks.js'

const modules = [new URL('./fixtures/tasks.mjs', import.meta.url)]

/** Resolves when the session of that name is in a state again. */
function becomes(session: string, state: string): Promise<void> {
  const { promise, resolve } = deferred()
  const listener = (event: unknown): void => {
    const { executor, type } = event as ChannelEvent
    if (executor === session && type === state) resolve()
  }
  channels.session.subscribe(listener)
  onTestFinished(() => void channels.session.unsubscribe(listener))
  return promise
}

describe('a pool with a port that drains', () => {
  it('tells its sessions at once, and takes what live tasks call through them', async () => {
    const lab = await Lab.open()
    const pool = new WorkerPool({ breadth: 1, concurrency: 1, port: 0, modules })
    await pool.start()
    const { port = 0 } = pool.server ?? {}
    await using session = await connect({ port, authkey: pool.authkey ?? '' })
    const { promise: begun, onProgress } = firstReport()
    const running = session.submit(detour, [lab.gate, port], { onProgress })
    const waiting = session.submit(detour, [lab.gate, port])
    await begun
    const draining = becomes(session.name, 'draining')
    const closed = pool.close()
    await draining
    await expect(session.submit(add, [1, 2])).rejects.toMatchObject({
      retryable: true,
      started: false,
    })
    await lab.openGate()
    expect(await Promise.all([running, waiting])).toEqual([7, 7])
    await closed
    expect(pool.state).toBe('closed')
  })

  it('finishes the calls of its owner, which use its port', async () => {
    const lab = await Lab.open()
    const pool = new WorkerPool({ breadth: 1, port: 0, modules })
    await pool.start()
    const { promise: begun, onProgress } = firstReport()
    const running = pool.submit(detour, [lab.gate, pool.server?.port ?? 0], { onProgress })
    await begun
    const closed = pool.close()
    await lab.openGate()
    expect(await running).toBe(7)
    await closed
  })

  it('cancels the calls of its sessions where it shall not wait, and says why', async () => {
    const lab = await Lab.open()
    const pool = new WorkerPool({ breadth: 1, port: 0, modules, graceMs: 50 })
    await pool.start()
    const { port = 0 } = pool.server ?? {}
    await using session = await connect({ port, authkey: pool.authkey ?? '' })
    const { promise: begun, onProgress } = firstReport()
    const running = session.submit(detour, [lab.gate, port], { onProgress })
    const refused = expect(running).rejects.toMatchObject({ origin: 'shutdown' })
    await begun
    await pool.close({ pending: 'reject' })
    await refused
  })
})

describe('a server that drains', () => {
  it('takes what the live tasks of its pool call through sessions', async () => {
    const lab = await Lab.open()
    await using pool = new WorkerPool({ breadth: 1, modules })
    const server = await serve(pool)
    await using session = await connect({ port: server.port })
    const { promise: begun, onProgress } = firstReport()
    const running = session.submit(detour, [lab.gate, server.port], { onProgress })
    await begun
    const closed = server.close()
    await lab.openGate()
    expect(await running).toBe(7)
    expect(await closed).toMatchObject({ by: 'owner', cancelled: 0 })
  })

  it('is left by a balance for the others, and taken back when it is there again', async () => {
    const first = await serve(inline())
    await using second: PoolServer = await serve(inline())
    const { port } = first
    await using one = await connect({ port, lazy: true, name: 'one' })
    await using other = await connect({ port: second.port, lazy: true, name: 'other' })
    await Promise.all([one.ready(), other.ready()])
    const both = balance([one, other])
    const running = one.submit(stubborn, ['drained'])
    await whenHeld('drained')
    const draining = becomes('one', 'draining')
    const closed = first.close()
    await draining
    const calls = [1, 2, 3, 4].map((value) => both.submit(echo, [value]))
    expect(await Promise.all(calls)).toEqual([1, 2, 3, 4])
    const back = becomes('one', 'open')
    held.get('drained')?.release('finished')
    expect(await running).toBe('finished')
    await closed
    await using _again = await serve(inline(), { port })
    await back
    expect(await one.submit(echo, ['back'])).toBe('back')
  })

  it('tells callers at once where it cancels, however long their bodies go on', async () => {
    const server = await serve(inline())
    await using session = await connect({ port: server.port })
    const running = session.submit(stubborn, ['shut down'])
    const refused = expect(running).rejects.toMatchObject({
      code: 'CONC_TASK_CANCELLED',
      origin: 'shutdown',
      started: true,
    })
    await whenHeld('shut down')
    const closed = server.close({ pending: 'reject' })
    await refused
    expect(held.get('shut down')?.signal.aborted).toBe(true)
    held.get('shut down')?.release()
    expect(await closed).toMatchObject({ cancelled: 1 })
  })
})

/** Where `errand` and `afterwards` go. */
let elsewhere: Executor
let back: Session

const errand = task('drain/errand', (gate: string, port: number) => {
  const onProgress = currentTask()?.progress as (data: unknown) => void
  return detour.with({ onProgress }).on(elsewhere)(gate, port)
})

const leftovers: Promise<unknown>[] = []

/** Ends, and calls its server when `held` says so. */
const afterwards = task('drain/afterwards', () => {
  const calling = hold.local('afterwards').then(() => back.submit(echo, ['late']))
  leftovers.push(calling.catch((error) => error))
})

/** Calls its server now. */
const calling = task('drain/calling', () => back.submit(echo, ['called']))

const small = { breadth: 1, concurrency: 1, modules }

describe.each<[string, () => Executor]>([
  ['inline', () => inline()],
  ['a limit', () => limit(inline(), 2)],
  ['threads', () => new ThreadExecutor({ maxThreads: 1 })],
  ['a limit in front of a pool', () => limit(new WorkerPool(small), 2)],
])('a server over %s that drains', (_, make) => {
  it('takes what its bodies call by sessions of their own', async () => {
    const lab = await Lab.open()
    await using executor = make()
    const server = await serve(executor)
    await using session = await connect({ port: server.port })
    const { promise: begun, onProgress } = firstReport()
    const running = session.submit(detour, [lab.gate, server.port], { onProgress })
    await begun
    const draining = becomes(session.name, 'draining')
    const closed = server.close()
    await draining
    await lab.openGate()
    expect(await running).toBe(7)
    expect(await closed).toMatchObject({ by: 'owner', finished: 2, cancelled: 0 })
  })
})

describe.each<[string, () => Executor]>([
  ['this event loop', () => limit(inline(), 1)],
  ['a thread', () => new ThreadExecutor({ maxThreads: 1 })],
  ['a process', () => new WorkerPool(small)],
])('a served body that has others do its work in %s', (_, make) => {
  it('has what those call taken in a drain', async () => {
    const lab = await Lab.open()
    const executor = make()
    elsewhere = executor
    onTestFinished(() => executor.close())
    const server = await serve(inline())
    await using session = await connect({ port: server.port })
    const { promise: begun, onProgress } = firstReport()
    const running = session.submit(errand, [lab.gate, server.port], { onProgress })
    await begun
    const closed = server.close()
    await lab.openGate()
    expect(await running).toBe(7)
    expect(await closed).toMatchObject({ finished: 2, cancelled: 0 })
  })
})

describe('a drain that waits for a body', () => {
  it('takes nothing of bodies that are over, nor of those that it does not serve', async () => {
    const server = await serve(inline())
    await using session = await connect({ port: server.port })
    back = session
    await session.submit(afterwards, [])
    const running = session.submit(stubborn, ['still'])
    await whenHeld('still')
    const draining = becomes(session.name, 'draining')
    const closed = server.close()
    await draining
    await whenHeld('afterwards')
    held.get('afterwards')?.release()
    const refused = { code: 'CONC_EXECUTOR_CLOSED', started: false }
    expect(await leftovers[0]).toMatchObject(refused)
    await expect(inline().submit(calling, [])).rejects.toMatchObject(refused)
    held.get('still')?.release('done')
    expect(await running).toBe('done')
    expect(await closed).toMatchObject({ finished: 1 })
  })
})

describe('a call over a session that is out of time', () => {
  it('rejects at once, and is over when its body is', async () => {
    await using server = await serve(inline())
    await using session = await connect({ port: server.port })
    const gentle = limit(session, 1)
    const late = gentle.submit(stubborn, ['late'], { timeoutMs: 100 })
    await expect(late).rejects.toMatchObject({ code: 'CONC_TASK_TIMEOUT', phase: 'running' })
    const next = gentle.submit(stubborn, ['next'])
    await session.ping()
    expect(gentle.load).toMatchObject({ running: 1, waiting: 1 })
    expect(held.has('next')).toBe(false)
    held.get('late')?.release()
    await whenHeld('next')
    held.get('next')?.release('done')
    expect(await next).toBe('done')
  })
})

describe('a stream of a pool or server that drains', () => {
  const cutShort = { code: 'CONC_TASK_CANCELLED', origin: 'shutdown' }

  it('is returned where nobody pulls it, and does not look as if it had come to its end', async () => {
    const lab = await Lab.open()
    await using pool = new WorkerPool({ breadth: 1 })
    const server = await serve(pool)
    await using session = await connect({ port: server.port })
    const idle = session.stream(endless, [lab.log])
    expect(await idle.next()).toEqual({ done: false, value: 0 })
    await server.close()
    await expect(idle.next()).rejects.toMatchObject(cutShort)
    expect(await idle.next()).toEqual({ done: true, value: undefined })
    expect(await lab.lines()).toEqual(['left'])
  })

  it('is returned after the item that its consumer waits for', async () => {
    const lab = await Lab.open()
    const pool = new WorkerPool({ breadth: 1 })
    const items = pool.stream(endless, [lab.log, lab.gate])
    expect(await items.next()).toEqual({ done: false, value: 0 })
    const pulled = items.next()
    const closed = pool.close()
    await lab.openGate()
    expect(await pulled).toEqual({ done: false, value: 1 })
    await closed
    await expect(items.next()).rejects.toMatchObject(cutShort)
    expect(await lab.lines()).toEqual(['left'])
  })

  it('may be left by its consumer, who is told nothing more', async () => {
    const lab = await Lab.open()
    const pool = new WorkerPool({ breadth: 1 })
    const items = pool.stream(endless, [lab.log])
    await items.next()
    await pool.close()
    expect(await items.return(undefined)).toEqual({ done: true, value: undefined })
    expect(await items.next()).toEqual({ done: true, value: undefined })
  })
})
