import { ConnectionLostError, currentTask, ExecutorClosedError, inline, task } from '@conc/core'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { connect } from '../../src/client/connect.js'
import type { ConnectOptions } from '../../src/client/connect-options.js'
import type { Session } from '../../src/client/session.js'
import type { PoolServer } from '../../src/server/pool-server.js'
import { serve } from '../../src/server/serve.js'
import { add, held, hold, numbers, whenHeld } from '../tasks.js'

/** What the body of `calls` does first. */
let onCall: () => void
const calls = task('test/calls-at-once', () => {
  onCall()
  return new Promise<void>((resolve) => {
    currentTask()?.signal.addEventListener('abort', () => resolve())
  })
})

const authkey = 'a key of enough bytes'

/** Where bodies run; a session to it, which is served; and a session to that server. */
let far: PoolServer
let middle: Session
let near: PoolServer
let session: Session

async function chained(options: Partial<ConnectOptions> = {}): Promise<void> {
  middle = await connect({ port: far.port, authkey, ...options })
  await middle.ready()
  near = await serve(middle, { authkey })
  session = await connect({ port: near.port, authkey })
}

beforeEach(async () => {
  far = await serve(inline(), { authkey })
})

afterEach(async () => {
  for (const one of [session, near, middle, far]) await one.close({ pending: 'reject' })
})

describe('a session that is served', () => {
  it('closes when what it has passed on is over', async () => {
    await chained()
    const call = session.submit(hold, ['passed on'])
    await whenHeld('passed on')
    const closed = middle.close()
    expect(middle.state).toBe('draining')
    held.get('passed on')?.release('over')
    expect(await call).toBe('over')
    await closed
    expect(middle.state).toBe('closed')
  })

  it('takes nothing more of others while it closes', async () => {
    await chained()
    const call = session.submit(hold, ['accepted before'])
    await whenHeld('accepted before')
    const closed = middle.close()
    await expect(session.submit(add, [1, 2])).rejects.toThrow(ExecutorClosedError)
    held.get('accepted before')?.release('over')
    expect(await call).toBe('over')
    await closed
  })

  it('cancels what it has passed on', async () => {
    await chained()
    const call = session.submit(hold, ['to be cancelled'])
    await whenHeld('to be cancelled')
    const items = session.stream(numbers, [1e6])
    await items.next()
    const refused = expect(call).rejects.toMatchObject({
      code: 'CONC_TASK_CANCELLED',
      origin: 'close',
    })
    await middle.close({ pending: 'reject' })
    await refused
    expect(held.has('to be cancelled')).toBe(false)
    await expect(drained(items)).rejects.toMatchObject({ code: 'CONC_TASK_CANCELLED' })
  })

  it('does not say that a body has not begun of whose start no word is there yet', async () => {
    await chained()
    onCall = () => void near.close({ pending: 'reject', graceMs: 0 })
    const call = session.submit(calls, [])
    await expect(call).rejects.toMatchObject({ origin: 'shutdown', started: 'unknown' })
  })

  it('refuses the calls of others too while its server is away', async () => {
    await chained({ lazy: true })
    expect(await session.submit(add, [1, 2])).toBe(3)
    const { port } = far
    await far.close()
    await expect.poll(() => middle.state).toBe('reconnecting')
    const refused = await session.submit(add, [1, 2]).catch((reason) => reason)
    expect(refused).toBeInstanceOf(ConnectionLostError)
    expect(refused).toMatchObject({ started: false, retryable: true })
    await expect(session.stream(numbers, [3]).next()).rejects.toThrow(ConnectionLostError)
    far = await serve(inline(), { authkey, port })
    await middle.ready()
    expect(await session.submit(add, [1, 2])).toBe(3)
  })
})

async function drained(items: AsyncIterable<unknown>): Promise<void> {
  for await (const _ of items);
}
