import { balance, ConnectionLostError, type Executor, inline } from '@conc/core'
import { Pool } from '@conc/pool'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { connect } from '../../src/client/connect.js'
import type { Session } from '../../src/client/session.js'
import type { PoolServer } from '../../src/server/pool-server.js'
import { serve } from '../../src/server/serve.js'
import { add, hold, numbers, whenHeld } from '../tasks.js'

const authkey = 'a key of enough bytes'
const queueLimit = Number.POSITIVE_INFINITY

/** Where bodies run, one at a time; a session to it that stays when it goes. */
let far: PoolServer
let lazy: Session
const opened: { close(options: { pending: 'reject' }): Promise<unknown> }[] = []

/** Closed after the test, the last one first. */
function kept<T extends (typeof opened)[number]>(one: T): T {
  opened.unshift(one)
  return one
}

beforeEach(async () => {
  far = kept(await serve(new Pool({ size: 1 }), { authkey }))
  lazy = kept(await connect({ port: far.port, authkey, lazy: true, queueLimit }))
  await lazy.ready()
})

afterEach(async () => {
  for (const one of opened.splice(0)) await one.close({ pending: 'reject' })
})

describe('a server whose executor is away', () => {
  it.each([
    ['a lazy session', () => lazy],
    ['a balance of them', () => balance([lazy])],
  ] as [string, () => Executor][])('refuses what waits for its turn: %s', async (_, executor) => {
    const near = kept(await serve(executor(), { authkey }))
    const session = kept(await connect({ port: near.port, authkey }))
    const other = kept(await connect({ port: far.port, authkey }))
    const held = expect(other.submit(hold, ['the only slot'])).rejects.toThrow()
    await whenHeld('the only slot')
    await expect.poll(() => lazy.load.running).toBe(1)
    const calls = [
      session.submit(add, [1, 2]),
      session.submit(add, [1, 2], { timeoutMs: 60_000, idempotencyKey: 'waiting' }),
      session.stream(numbers, [3]).next(),
    ].map((call) => call.catch((reason) => reason))
    await expect.poll(() => near.stats().then(({ load }) => load.waiting)).toBe(3)
    await far.close({ pending: 'reject' })
    await held
    for (const error of await Promise.all(calls)) {
      expect(error).toBeInstanceOf(ConnectionLostError)
      expect(error).toMatchObject({ started: false, retryable: true, executor: lazy.name })
    }
    expect(await near.close()).toMatchObject({ by: 'owner', cancelled: 0 })
  })

  it('tells its sessions when it is there', async () => {
    const { port } = far
    await far.close()
    await expect.poll(() => lazy.load.concurrency).toBe(0)
    const near = kept(await serve(lazy, { authkey }))
    const session = kept(await connect({ port: near.port, authkey, queueLimit }))
    const isReady = session.ready()
    kept(await serve(inline(), { authkey, port }))
    await isReady
    expect(await session.submit(add, [1, 2])).toBe(3)
  })
})
