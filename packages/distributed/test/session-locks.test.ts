import { AuthenticationError, inline, QueueFullError } from '@conc/core'
import { deferred } from '@conc/core/internal'
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
import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { Crew } from './crew.js'

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

/** Somebody who wants a lock; spans are in turns of the loop. */
interface User {
  readonly session: string
  readonly how: string
  readonly comesAfter: number
  readonly holdsFor: number
  readonly givesUpAfter: number | undefined
}

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

  it('are free again whether a grant or the end of the wait comes first', async () => {
    const lock = one.locks().lock('close-call')
    for (let round = 0; round < 50; round++) {
      const held = await lock.acquire()
      const controller = new AbortController()
      const { signal } = controller
      const waiting = other.locks().lock('close-call').acquire({ signal })
      const released = held.release()
      if (round % 2 === 0) await released
      controller.abort(new Error('enough'))
      await Promise.allSettled([waiting.then((late) => late.release()), released])
    }
    await (await lock.acquire({ timeoutMs: 10_000 })).release()
    expect(await one.locks().inspect()).toEqual([])
  })

  it('have one holder at a time and are free in the end, whoever gives up and when', async () => {
    const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))
    const turns = async (count: number): Promise<void> => {
      for (let done = 0; done < count; done++) await turn()
    }
    const user = fc.record({
      session: fc.constantFrom('one', 'other'),
      how: fc.constantFrom('use', 'acquire', 'tryAcquire'),
      comesAfter: fc.nat(3),
      holdsFor: fc.nat(2),
      givesUpAfter: fc.option(fc.nat(6), { nil: undefined }),
    })
    await fc.assert(
      fc.asyncProperty(fc.array(user, { minLength: 2, maxLength: 10 }), async (users) => {
        const enough = new Error('enough')
        let inside = 0
        let last = 0
        const enter = async (held: Held, holdsFor: number): Promise<void> => {
          expect(++inside).toBe(1)
          expect(held.token).toBeGreaterThan(last)
          last = held.token
          await turns(holdsFor)
          inside--
        }
        const live = async (of: User): Promise<void> => {
          await turns(of.comesAfter)
          const lock = (of.session === 'one' ? one : other).locks().lock('any')
          const controller = new AbortController()
          const { signal } = controller
          if (of.givesUpAfter !== undefined)
            void turns(of.givesUpAfter).then(() => controller.abort(enough))
          if (of.how === 'use')
            return await lock.use((held) => enter(held, of.holdsFor), { signal })
          const held =
            of.how === 'acquire' ? await lock.acquire({ signal }) : await lock.tryAcquire()
          if (held) await enter(held, of.holdsFor)
          await held?.release()
        }
        const unlessEnough = (error: unknown): void => expect(error).toBe(enough)
        await Promise.all(users.map((one) => live(one).catch(unlessEnough)))
        await expect.poll(async () => await one.locks().inspect()).toEqual([])
      }),
      { numRuns: 40 },
    )
  })

  it('let a program end that has given its wait up', async () => {
    const held = await one.locks().lock('door').acquire()
    await using crew = new Crew()
    const program = crew.start('gives-up-a-lock.mjs', { PORT: `${server.port}` })
    expect(await program.said('code')).toBe('CONC_LOCK')
    expect(await program.exited).toEqual([0, null])
    await held.release()
  })

  it('are given back by `use` before whatever its caller asks next', async () => {
    const [mine, theirs] = [one.locks().lock('turns'), other.locks().lock('turns')]
    const order: string[] = []
    await mine.use(async () => {
      void theirs.use(() => void order.push('theirs'))
      await expect.poll(async () => (await one.locks().inspect())[0]?.waiters.length).toBe(1)
      order.push('mine')
    })
    expect(await mine.tryAcquire()).toBeUndefined()
    await mine.use(() => void order.push('mine again'))
    expect(order).toEqual(['mine', 'theirs', 'mine again'])
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

  it('are not held by a session that ends while `authorize` thinks about it', async () => {
    const [asked, verdict] = [deferred(), deferred<boolean>()]
    const authorize = async ({ action }: { action: string }): Promise<boolean> => {
      if (action === 'locks') asked.resolve()
      return await verdict.promise
    }
    const guarded = await serve(inline(), { authkey, leaseMs: Number.POSITIVE_INFINITY, authorize })
    const leaving = await connect({ port: guarded.port, authkey })
    const inVain = expect(leaving.locks().lock('late').acquire()).rejects.toThrow()
    await asked.promise
    await leaving.close({ pending: 'reject' })
    await inVain
    await expect.poll(() => guarded.sessions).toBe(0)
    verdict.resolve(true)
    const session = await connect({ port: guarded.port, authkey })
    await (await session.locks().lock('late').acquire({ timeoutMs: 10_000 })).release()
    await session.close()
    await guarded.close()
  })

  it('are not waited for by who gave up while `authorize` thought about it', async () => {
    const [asked, verdict] = [deferred(), deferred<boolean>()]
    const authorize = async ({ action }: { action: string }): Promise<boolean> => {
      if (action !== 'locks') return true
      asked.resolve()
      return await verdict.promise
    }
    const guarded = await serve(inline(), { authkey, authorize })
    const session = await connect({ port: guarded.port, authkey })
    const meet = session.locks().barrier('meet', 2)
    const controller = new AbortController()
    const gaveUp = meet.wait({ signal: controller.signal })
    await asked.promise
    controller.abort(new Error('enough'))
    await expect(gaveUp).rejects.toThrow('enough')
    // What was said before this is with the server when it has answered.
    await session.stats()
    verdict.resolve(true)
    expect((await Promise.all([meet.wait(), meet.wait()])).sort()).toEqual([0, 1])
    await session.close()
    await guarded.close()
  })

  it('are waited for by no more than maxInFlight, however long `authorize` thinks', async () => {
    const verdict = deferred<boolean>()
    const authorize = (): Promise<boolean> => verdict.promise
    const guarded = await serve(inline(), { authkey, authorize, maxInFlight: 2 })
    const session = await connect({ port: guarded.port, authkey })
    const asked = ['a', 'b', 'c'].map((name) => session.locks().lock(name).acquire())
    await expect(asked[2]).rejects.toThrow(QueueFullError)
    verdict.resolve(true)
    for (const held of [await asked[0], await asked[1]]) await held?.release()
    await session.close()
    await guarded.close()
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
