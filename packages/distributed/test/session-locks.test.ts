import { AuthenticationError, inline } from '@conc/core'
import {
  connect,
  type Held,
  LockError,
  locks,
  type PoolServer,
  type Session,
  serve,
  withSession,
} from '@conc/distributed'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'

const authkey = 'a key of enough bytes'

let server: PoolServer
let one: Session
let other: Session

beforeEach(async () => {
  server = await serve(inline(), { authkey, resumeMs: 1 })
  one = await connect({ port: server.port, authkey })
  other = await connect({ port: server.port, authkey })
})

afterEach(async () => {
  await Promise.all([one.close({ pending: 'reject' }), other.close({ pending: 'reject' })])
  await server.close({ pending: 'reject' })
})

describe('locks of sessions', () => {
  it('are the same for all of them, one holder at a time, in order', async () => {
    const held = await one.locks().lock('door').acquire()
    expect(await other.locks().lock('door').tryAcquire()).toBeUndefined()
    const next = other.locks().lock('door').acquire()
    await held.release()
    const later = await next
    expect(later.token).toBeGreaterThan(held.token)
    await later.release()
    await expect(later.release()).rejects.toThrow(LockError)
  })

  it('are what `locks()` gives inside of withSession', async () => {
    const held = await withSession(one, () => locks('x').lock('door').acquire())
    expect(await other.locks('x').lock('door').tryAcquire()).toBeUndefined()
    expect(await other.locks('x').inspect()).toMatchObject([{ name: 'x/door', kind: 'lock' }])
    await held.release()
  })

  it('have locks for readers and writers: writers first, and one may go on as a reader', async () => {
    const [mine, theirs] = [one.locks().rwLock('book'), other.locks().rwLock('book')]
    const readers = [await mine.read.acquire(), await theirs.read.acquire()]
    await expect(mine.downgrade(readers[0] as Held)).rejects.toThrow(LockError)
    const writing = theirs.write.acquire()
    await expect.poll(async () => (await one.locks().inspect())[0]?.waiters.length).toBe(1)
    // A writer waits: whoever wants to read now comes after it.
    expect(await mine.read.tryAcquire()).toBeUndefined()
    const later = mine.read.acquire()
    for (const reader of readers) await reader.release()
    const writer = await writing
    expect(await mine.read.tryAcquire()).toBeUndefined()
    const reader = await theirs.downgrade(writer)
    await (await later).release()
    expect(await mine.write.tryAcquire()).toBeUndefined()
    await reader.release()
    await (await mine.write.acquire()).release()
    expect(await one.locks().inspect()).toEqual([])
  })

  it('pass on when the session of a holder ends', async () => {
    await one.locks().lock('gone').acquire()
    const next = other.locks().lock('gone').acquire()
    await one.close()
    await (await next).release()
  })

  it('are not held by who gave the wait up', async () => {
    const held = await one.locks().lock('given-up').acquire()
    const controller = new AbortController()
    const { signal } = controller
    const waiting = other.locks().lock('given-up').acquire({ signal })
    controller.abort(new Error('enough'))
    await expect(waiting).rejects.toThrow('enough')
    await held.release()
    await (await one.locks().lock('given-up').acquire({ timeoutMs: 10_000 })).release()
  })

  it('have semaphores, events and barriers', async () => {
    const both = [one, other].map((session) => session.locks().semaphore('two', 2).acquire())
    const [first, second] = await Promise.all(both)
    expect(await one.locks().semaphore('two', 2).tryAcquire()).toBeUndefined()
    await Promise.all([first?.release(), second?.release()])
    const waiting = one.locks().event('go').wait()
    await other.locks().event('go').set()
    await waiting
    const arrived = [one, other].map((session) => session.locks().barrier('meet', 2).wait())
    expect((await Promise.all(arrived)).sort()).toEqual([0, 1])
  })

  it('are refused where `authorize` says so', async () => {
    const guarded = await serve(inline(), {
      authkey,
      authorize: ({ action }) => action !== 'locks',
    })
    const session = await connect({ port: guarded.port, authkey })
    await expect(session.locks().lock('no').acquire()).rejects.toThrow(AuthenticationError)
    await session.close()
    await guarded.close()
  })
})
