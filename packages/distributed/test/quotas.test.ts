import { type Executor, inline, limit, task } from '@conc/core'
import { connect, type ServeOptions, type Session, serve, WorkerPool } from '@conc/distributed'
import { afterEach, describe, expect, it } from 'vitest'
import { descent, sharedDescent, streamedDescent } from './fixtures/tasks.mjs'
import { add, held, hold, whenHeld } from './tasks.js'
import { TcpProxy } from './tcp-proxy.js'

const modules = [new URL('./fixtures/tasks.mjs', import.meta.url)]

const opened: { close(options: { pending: 'reject' }): Promise<unknown> }[] = []

/** Closed after the test, the last one first. */
function kept<T extends (typeof opened)[number]>(one: T): T {
  opened.unshift(one)
  return one
}

afterEach(async () => {
  for (const one of opened.splice(0)) await one.close({ pending: 'reject' })
})

async function served(
  executor: Executor,
  options: ServeOptions = {},
): Promise<{ port: number; session: Session }> {
  const { port } = kept(await serve(executor, options))
  return { port, session: kept(await connect({ port })) }
}

const executors: [string, () => Executor][] = [
  ['processes', () => kept(new WorkerPool({ breadth: 1, concurrency: 1, modules }))],
  ['inline', () => inline()],
  ['a limit', () => limit(inline(), 1)],
]

const quotas: [string, ServeOptions][] = [
  ['one call', { maxInFlight: 1 }],
  ['two calls', { maxInFlight: 2 }],
  ['the arguments of one call', { maxInFlightBytes: 1 }],
]

describe.each(executors)('a served session to a server of %s', (_, make) => {
  it.each(quotas)('has room for what its calls call, beyond a quota of %s', async (_, quota) => {
    const { session: far } = await served(make(), quota)
    const { port, session } = await served(far)
    const calls = [3, 0, 2].map((left) => session.submit(descent, [port, left]))
    expect(await Promise.all(calls)).toEqual([3, 0, 2])
    const items: number[] = []
    for await (const item of session.stream(streamedDescent, [port, 3])) items.push(item)
    expect(items).toEqual([0, 1, 2, 3])
  })
})

describe('a session that the calls of a worker share', () => {
  it.each(quotas)('has it, beyond a quota of %s', async (_, quota) => {
    const pool = kept(new WorkerPool({ breadth: 1, concurrency: 2, modules }))
    const { port, session } = await served(pool, quota)
    const calls = [3, 0, 2, 4].map((left) => session.submit(sharedDescent, [port, left]))
    expect(await Promise.all(calls)).toEqual([3, 0, 2, 4])
  })
})

/** Whose bodies are in this process too. */
let own: Session

const down = task('quotas/down', async (left: number): Promise<number> => {
  return left === 0 ? 0 : 1 + (await own.submit(down, [left - 1]))
})

const holding = task('quotas/holding', (name: string) => own.submit(hold, [name]))

const addsLater = task('quotas/adds-later', async (name: string) => {
  await hold.local(name)
  return await own.submit(add, [1, 2])
})

describe('a session of a program that its bodies use', () => {
  it.each(quotas)('has it, beyond a quota of %s', async (_, quota) => {
    ;({ session: own } = await served(inline(), quota))
    const calls = [3, 0, 2, 4].map((left) => own.submit(down, [left]))
    expect(await Promise.all(calls)).toEqual([3, 0, 2, 4])
  })

  it('keeps all that does not come of calls in flight to itself', async () => {
    const { port, session } = await served(inline(), { maxInFlight: 1 })
    own = session
    const begun: string[] = []
    const begin = task('quotas/begin', (who: string) => begun.push(who))
    const first = own.submit(holding, ['nested'])
    await whenHeld('nested')
    const second = own.submit(begin, ['second'])
    const other = kept(await connect({ port }))
    // Answered after all that the session has written.
    await own.stats()
    await other.submit(begin, ['other'])
    expect(begun).toEqual(['other'])
    held.get('nested')?.release('over')
    expect(await first).toBe('over')
    await second
    expect(begun).toEqual(['other', 'second'])
  })

  it('sends what its bodies have called while its socket was broken', async () => {
    const { port } = kept(await serve(inline(), { maxInFlight: 1 }))
    await using proxy = await TcpProxy.to(port)
    own = kept(await connect({ port: proxy.port }))
    const call = own.submit(addsLater, ['while broken'])
    await whenHeld('while broken')
    proxy.isOpen = false
    proxy.cut()
    await expect.poll(() => own.state).toBe('reconnecting')
    held.get('while broken')?.release()
    await expect.poll(() => own.load.waiting).toBe(1)
    proxy.isOpen = true
    expect(await call).toBe(3)
  })
})
