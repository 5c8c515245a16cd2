import { balance, currentTask, type Executor, inline, limit, task } from '@conc/core'
import { connect, type Session, serve, WorkerPool } from '@conc/distributed'
import { Pool } from '@conc/pool'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { add, descent, detour, longDetour, streamedDescent } from './fixtures/tasks.mjs'
import { firstReport, Lab } from './lab.js'
import { echo, held, hold, stubborn, whenHeld } from './tasks.js'

const modules = [new URL('./fixtures/tasks.mjs', import.meta.url)]

const opened: { close(options: { pending: 'reject' }): Promise<unknown> }[] = []

/** Closed after the test, the last one first. */
function kept<T extends (typeof opened)[number]>(one: T): T {
  opened.unshift(one)
  return one
}

async function served(executor: Executor): Promise<{ port: number; session: Session }> {
  const { port } = kept(await serve(executor))
  return { port, session: kept(await connect({ port })) }
}

/** To the server where bodies run: in a process, one at a time. */
let far: Session
let farPort: number

beforeEach(async () => {
  const pool = kept(new WorkerPool({ breadth: 1, concurrency: 1, modules }))
  ;({ session: far, port: farPort } = await served(pool))
})

afterEach(async () => {
  for (const one of opened.splice(0)) await one.close({ pending: 'reject' })
})

/** Has its work done behind another server. */
const errand = task('bodies-elsewhere/errand', (gate: string, port: number) => {
  const onProgress = currentTask()?.progress as (data: unknown) => void
  return detour.with({ onProgress }).on(far)(gate, port)
})

describe.each<[string, () => Executor | Promise<Executor>]>([
  ['a session', () => far],
  ['a session to one over a session', async () => (await served(far)).session],
  ['a limit in front of a session', () => limit(far, 1)],
  ['a Pool in front of a session', () => kept(new Pool({ size: 1, executor: far }))],
  ['a balance of sessions', () => balance([far])],
])('a server over %s', (_, make) => {
  it('has room for what bodies behind that call by sessions of their own, at any depth', async () => {
    const { port, session } = await served(await make())
    expect(await session.submit(descent, [port, 3])).toBe(3)
    const items: number[] = []
    for await (const item of session.stream(streamedDescent, [port, 3])) items.push(item)
    expect(items).toEqual([0, 1, 2, 3])
  })

  it('has it where all of that is in one process, too', async () => {
    ;({ session: far } = await served(limit(inline(), 1)))
    const { port, session } = await served(await make())
    const calls = [3, 0, 2].map((left) => session.submit(descent, [port, left]))
    expect(await Promise.all(calls)).toEqual([3, 0, 2])
  })

  it('takes that in a drain too', async () => {
    const lab = await Lab.open()
    const server = kept(await serve(await make()))
    const session = kept(await connect({ port: server.port }))
    const { promise: begun, onProgress } = firstReport()
    const running = session.submit(detour, [lab.gate, server.port], { onProgress })
    await begun
    const closed = server.close()
    await expect.poll(() => session.state).toBe('draining')
    await lab.openGate()
    expect(await running).toBe(7)
    expect(await closed).toMatchObject({ finished: 2, cancelled: 0 })
  })
})

describe('a served body that has its work done behind another server', () => {
  it('has what that calls taken in a drain', async () => {
    const lab = await Lab.open()
    const server = kept(await serve(inline()))
    const session = kept(await connect({ port: server.port }))
    const { promise: begun, onProgress } = firstReport()
    const running = session.submit(errand, [lab.gate, server.port], { onProgress })
    await begun
    const closed = server.close()
    await expect.poll(() => session.state).toBe('draining')
    await lab.openGate()
    expect(await running).toBe(7)
    expect(await closed).toMatchObject({ finished: 2, cancelled: 0 })
  })
})

describe('a pool behind a server', () => {
  it('takes in a drain what its bodies have done behind another one', async () => {
    const lab = await Lab.open()
    const pool = kept(new WorkerPool({ breadth: 1, concurrency: 1, modules }))
    const { port, session } = await served(pool)
    const { promise: begun, onProgress } = firstReport()
    const running = session.submit(longDetour, [lab.gate, farPort, port], { onProgress })
    await begun
    const closed = pool.close()
    await expect(pool.submit(add, [1, 2])).rejects.toMatchObject({ started: false })
    await lab.openGate()
    expect(await running).toBe(7)
    await closed
  })
})

describe('a served session that closes', () => {
  it('takes what the bodies behind it call, and nothing else', async () => {
    const lab = await Lab.open()
    const { port, session } = await served(far)
    const { promise: begun, onProgress } = firstReport()
    const running = session.submit(detour, [lab.gate, port], { onProgress })
    await begun
    const closed = far.close()
    const refused = expect(session.submit(add, [1, 2])).rejects.toMatchObject({ started: false })
    await lab.openGate()
    expect(await running).toBe(7)
    await refused
    await closed
  })
})

/** Where `afterwards` calls, and what came of it. */
let back: Session
let late: Promise<unknown>

/** Ends, and calls when `held` says so. */
const afterwards = task('bodies-elsewhere/afterwards', () => {
  late = hold.local('afterwards').then(() => back.submit(echo, ['late']))
  late.catch(() => {})
})

describe('a server over a session', () => {
  it('takes nothing of bodies that are over', async () => {
    const { session: middle } = await served(inline())
    const server = kept(await serve(middle))
    back = kept(await connect({ port: server.port }))
    await back.submit(afterwards, [])
    const running = back.submit(stubborn, ['still'])
    await whenHeld('still')
    await whenHeld('afterwards')
    const closed = server.close()
    await expect.poll(() => back.state).toBe('draining')
    held.get('afterwards')?.release()
    await expect(late).rejects.toMatchObject({ code: 'CONC_EXECUTOR_CLOSED', started: false })
    held.get('still')?.release('done')
    expect(await running).toBe('done')
    expect(await closed).toMatchObject({ finished: 1 })
  })
})
