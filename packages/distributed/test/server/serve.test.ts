import {
  AuthenticationError,
  contextVar,
  currentTask,
  InvalidOptionError,
  inline,
  limit,
  PayloadTooLargeError,
  QueueFullError,
  type SubmitOptions,
  task,
  UnknownTaskError,
} from '@conc/core'
import { deferred } from '@conc/core/internal'
import { afterEach, describe, expect, it } from 'vitest'
import { connect, withSession } from '../../src/client/connect.js'
import type { ConnectOptions } from '../../src/client/connect-options.js'
import type { Session } from '../../src/client/session.js'
import { AddressInUseError } from '../../src/errors.js'
import type { PoolServer } from '../../src/server/pool-server.js'
import { serve } from '../../src/server/serve.js'
import type { ServeOptions } from '../../src/server/serve-options.js'
import { add, echo, growing, half, held, hold, ofBytes, whenHeld } from '../tasks.js'

const authkey = 'a key of enough bytes'
const open: AsyncDisposable[] = []

afterEach(async () => {
  for (const one of open.splice(0).reverse()) await one[Symbol.asyncDispose]()
})

async function served(options: ServeOptions = {}, executor = inline()): Promise<PoolServer> {
  const server = await serve(executor, { authkey, ...options })
  open.push(server)
  return server
}

async function sessionOf(
  { port }: PoolServer,
  options: Partial<ConnectOptions> = {},
): Promise<Session> {
  const session = await connect({ port, authkey, ...options })
  open.push(session)
  return session
}

describe('serve', () => {
  it.each([
    ['a port that is none', { port: 65_536 }, 'port'],
    ['a host that is none', { host: '' }, 'host'],
    ['an open host without TLS', { host: '0.0.0.0' }, 'host'],
    ['a limit below 1', { maxInFlight: 0 }, 'maxInFlight'],
    ['a time that is not above 0', { keepAliveMs: 0 }, 'keepAliveMs'],
    ['five keys', { authkey: ['1', '2', '3', '4', '5'] }, 'authkey'],
    ['half a TLS pair', { tls: { cert: 'x' } as never }, 'tls.key'],
    ['TLS that is none', { tls: { cert: 'x', key: 'y' } }, 'tls'],
    ['an option that there is not', { prot: 1 } as never, 'options'],
    ['an authorize that is none', { authorize: true as never }, 'authorize'],
    ['an expose that is none', { expose: 'x' as never }, 'expose'],
  ])('refuses %s at once', (_what, options, option) => {
    const error = thrownBy(() => serve(inline(), { authkey, ...options }))
    expect(error).toBeInstanceOf(InvalidOptionError)
    expect((error as InvalidOptionError).option).toBe(option)
  })

  it('says that the port is taken', async () => {
    const { port } = await served()
    const error = await serve(inline(), { port }).catch((reason) => reason)
    expect(error).toBeInstanceOf(AddressInUseError)
    expect(error).toMatchObject({ host: 'localhost', port, started: false })
  })

  it('runs what it exposes and nothing else', async () => {
    const session = await sessionOf(await served({ expose: ['test/add'] }))
    expect(await session.submit(add, [1, 2])).toBe(3)
    await expect(session.submit(echo, [1])).rejects.toThrow(UnknownTaskError)
    expect([...session.tasks.keys()]).toEqual(['test/add'])
    expect(await session.ping()).toBeGreaterThan(0)
  })

  it('asks `authorize`, and a throw is a no', async () => {
    const asked: unknown[] = []
    const server = await served({
      authorize: async (request) => {
        asked.push(request)
        if (request.task === 'test/echo') throw new Error('oops')
        return request.action === 'submit'
      },
    })
    const session = await sessionOf(server)
    expect(await session.submit(add, [1, 2])).toBe(3)
    const refused = await session.submit(echo, [1]).catch((reason) => reason)
    expect(refused).toBeInstanceOf(AuthenticationError)
    expect(refused).toMatchObject({ started: false })
    await expect(session.stats()).rejects.toThrow(AuthenticationError)
    await expect(session.stop()).rejects.toThrow(AuthenticationError)
    expect(asked[0]).toEqual({ action: 'submit', task: 'test/add', address: '127.0.0.1' })
  })

  it('cancels a call that is cancelled while `authorize` thinks', async () => {
    let allow = (_isAllowed: boolean): void => {}
    const server = await served({
      authorize: () =>
        new Promise((resolve) => {
          allow = resolve
        }),
    })
    const session = await sessionOf(server)
    const controller = new AbortController()
    const call = session.submit(add, [1, 2], { signal: controller.signal })
    const asked = expect.poll(() => session.load.waiting).toBe(1)
    await asked
    controller.abort(new Error('too slow'))
    await expect(call).rejects.toThrow('too slow')
    allow(true)
    await session.close()
  })

  it('takes sessions in turn: a flood from one delays the others by a call each', async () => {
    const server = await served({}, limit(inline(), 1))
    const [greedy, modest] = [await sessionOf(server), await sessionOf(server)]
    const order: string[] = []
    const mark = task('test/mark', (who: string) => order.push(who))
    const first = greedy.submit(hold, ['door'])
    await whenHeld('door')
    const flood = Array.from({ length: 200 }, () => greedy.submit(mark, ['greedy']))
    await expect.poll(async () => (await server.stats()).load.waiting).toBe(200)
    const one = modest.submit(mark, ['modest'])
    await expect.poll(async () => (await server.stats()).load.waiting).toBe(201)
    held.get('door')?.release()
    await Promise.all([first, one, ...flood])
    expect(order.indexOf('modest')).toBeLessThan(4)
  })

  it('keeps calls beyond the quota at the client, and answers all of them', async () => {
    const session = await sessionOf(await served({ maxInFlight: 5, maxInFlightBytes: 10_000 }))
    const values = Array.from({ length: 100 }, (_, index) => `${index}`.padEnd(1000, '.'))
    expect(await Promise.all(values.map((value) => session.submit(echo, [value])))).toEqual(values)
  })

  it('refuses values that are one byte too large, on either side, and nothing else', async () => {
    const server = await served({ maxPayloadBytes: 1000 })
    const session = await sessionOf(server)
    const small = await sessionOf(server, { maxPayloadBytes: 500 })
    const overhead = 5
    const fits = new Uint8Array(1000 - overhead - 1)
    expect(await session.submit(echo, [fits])).toEqual(fits)
    const argument = await session.submit(echo, [new Uint8Array(1000)]).catch((reason) => reason)
    expect(argument).toBeInstanceOf(PayloadTooLargeError)
    expect(argument).toMatchObject({ started: false, limit: 1000 })
    const result = await session.submit(ofBytes, [1000]).catch((reason) => reason)
    expect(result).toBeInstanceOf(PayloadTooLargeError)
    expect(result).toMatchObject({ started: true, limit: 1000 })
    const smaller = await small.submit(ofBytes, [600]).catch((reason) => reason)
    expect(smaller).toMatchObject({ code: 'CONC_PAYLOAD_TOO_LARGE', limit: 500, started: true })
    expect(await session.submit(add, [1, 2])).toBe(3)
    expect(await small.submit(add, [1, 2])).toBe(3)
  })

  it('measures numbers too', async () => {
    const session = await sessionOf(await served(), { maxPayloadBytes: 8 })
    expect(await session.submit(half, [6])).toBe(3)
    const error = await session.submit(half, [3]).catch((reason) => reason)
    expect(error).toMatchObject({
      code: 'CONC_PAYLOAD_TOO_LARGE',
      size: 9,
      limit: 8,
      started: true,
    })
    expect(await session.submit(half, [8])).toBe(4)
  })

  it('gives back each small value as it was', async () => {
    const session = await sessionOf(await served())
    const values = [0, -0, 1, -1, 127, 128, -129, 65_536, 2 ** 32, 2 ** 53, 0.5, Number.NaN]
    const others = [Number.POSITIVE_INFINITY, true, false, null, undefined, '', 'a', 1n]
    const all = [...values, ...others]
    expect(await Promise.all(all.map((value) => session.submit(echo, [value])))).toEqual(all)
  })

  it.each([
    ['have to wait for the executor', {}, 1],
    ['have to wait for `authorize`', { authorize: async () => await true }, 100],
    ['begin at once', {}, 100],
    ['do both', {}, 3],
  ])('gives calls their own arguments that %s', async (_which, options, size) => {
    const session = await sessionOf(await served(options, limit(inline(), size)))
    const values = Array.from({ length: 50 }, (_, index) => ({ index, text: 'x'.repeat(index) }))
    expect(await Promise.all(values.map((value) => session.submit(echo, [value])))).toEqual(values)
  })

  it('gives the items before one that its client does not take, also those of the same turn', async () => {
    const session = await sessionOf(await served(), { maxPayloadBytes: 500 })
    const items: unknown[] = []
    const reading = (async () => {
      for await (const item of session.stream(growing, [[1, 2, 600, 3]])) items.push(item.length)
    })()
    await expect(reading).rejects.toMatchObject({ code: 'CONC_PAYLOAD_TOO_LARGE', limit: 500 })
    expect(items).toEqual([1, 2])
  })

  it('takes many small values at once, whatever one may measure', async () => {
    const server = await served({ maxPayloadBytes: 1000 })
    const session = await sessionOf(server, { maxPayloadBytes: 1000 })
    const values = Array.from({ length: 500 }, (_, index) => `${index}`.padEnd(900, '.'))
    expect(await Promise.all(values.map((value) => session.submit(echo, [value])))).toEqual(values)
  })

  it('tells about itself', async () => {
    const server = await served({ name: 'thumbnails' })
    const session = await sessionOf(server)
    const stats = await session.stats()
    expect(stats).toMatchObject({ name: 'thumbnails', state: 'open', sessions: 1 })
    expect(stats.load).toMatchObject({ running: 0, waiting: 0 })
    expect(stats.modules).toContain('test/add')
    expect(server.url).toBe(`ws://localhost:${server.port}`)
  })

  it('says so where it cannot tell, and lives on', async () => {
    const behind = await sessionOf(await served())
    const session = await sessionOf(await served({}, behind))
    await behind.close()
    await expect(session.stats()).rejects.toMatchObject({ code: 'CONC_EXECUTOR_CLOSED' })
    await expect(session.stats()).rejects.toMatchObject({ code: 'CONC_EXECUTOR_CLOSED' })
  })

  it('is left by calls of which nobody knows whether they have begun', async () => {
    const session = await sessionOf(await served())
    const call = session.submit(add, [1, 2])
    const closed = session.close({ pending: 'reject' })
    await expect(call).rejects.toMatchObject({ origin: 'close', started: 'unknown' })
    await closed
  })

  it('closes when nobody has been there for long enough', async () => {
    const server = await served({ idleTimeoutMs: 1000 })
    const session = await sessionOf(server)
    const call = session.submit(hold, ['busy'])
    await whenHeld('busy')
    const deserted = await served({ idleTimeoutMs: 1000 })
    await deserted.closed // which is later than the other one would have been
    expect(server.sessions).toBe(1)
    held.get('busy')?.release()
    await call
    await session.close()
    expect(await server.closed).toEqual({ by: 'idle', finished: 0, cancelled: 0 })
  })

  it('is stopped by a client, which is told how it went', async () => {
    const server = await served()
    const [one, other] = [await sessionOf(server), await sessionOf(server)]
    const call = other.submit(hold, ['until the end'])
    await whenHeld('until the end')
    const stopped = one.stop()
    await expect.poll(() => other.state).toBe('draining')
    held.get('until the end')?.release('ended')
    expect(await call).toBe('ended')
    const report = { by: 'client', finished: 1, cancelled: 0 }
    expect(await stopped).toEqual(report)
    expect(await server.closed).toEqual(report)
    expect(one.state).toBe('closed')
  })

  it('waits for bodies that it has cancelled as long as it was told to', {
    timeout: 4000,
  }, async () => {
    const begun = deferred()
    const release = deferred()
    const stubborn = task('serve/stubborn', async () => {
      begun.resolve()
      await release.promise
    })
    const server = await served({ graceMs: 1 })
    const session = await sessionOf(server)
    const call = session.submit(stubborn, []).catch((reason) => reason)
    await begun.promise
    expect(await session.stop({ wait: false })).toMatchObject({ finished: 0, cancelled: 1 })
    expect(await call).toBeInstanceOf(Error)
    release.resolve()
  })

  it('leaves the executor to its owner', async () => {
    const executor = limit(inline(), 2)
    const server = await served({}, executor)
    await server.close()
    expect(await executor.submit(add, [1, 2])).toBe(3)
    await executor.close()
  })
})

describe('a session', () => {
  const user = contextVar<string>('test/user')
  const look = task('test/look', () => ({
    user: user.get(),
    headers: currentTask()?.headers,
    parentId: currentTask()?.parentId,
  }))

  it('takes context variables, headers and the parent along', async () => {
    const session = await sessionOf(await served())
    const outer = task('test/outer', async () => {
      const id = currentTask()?.id
      const seen = await session.submit(look, [], { headers: { traceparent: '00-1-2-01' } })
      return seen.parentId === id ? seen : undefined
    })
    const seen = await user.run('ada', () => inline().submit(outer, []))
    expect(seen).toMatchObject({ user: 'ada', headers: { traceparent: '00-1-2-01' } })
  })

  it('refuses more context than may travel, by name', async () => {
    const session = await sessionOf(await served())
    const call = user.run('x'.repeat(9000), () => session.submit(look, []))
    await expect(call).rejects.toThrow("contextVar 'test/user'")
    const headers = Object.fromEntries(Array.from({ length: 65 }, (_, index) => [`h${index}`, '']))
    await expect(session.submit(look, [], { headers })).rejects.toThrow('64 headers')
  })

  it('counts what it has not started against its queueLimit', async () => {
    const server = await served({}, limit(inline(), 1))
    const session = await sessionOf(server, { queueLimit: 1 })
    const first = session.submit(hold, ['first'])
    await whenHeld('first')
    const second = session.submit(echo, [2])
    await expect(session.submit(echo, [3])).rejects.toThrow(QueueFullError)
    held.get('first')?.release()
    await Promise.all([first, second])
  })

  it('has no place in a queue that is full, whoever has filled it', async () => {
    const server = await served({}, limit(inline(), 1, { queueLimit: 1 }))
    const [one, other] = [await sessionOf(server), await sessionOf(server)]
    const first = one.submit(hold, ['runs'])
    await whenHeld('runs')
    const second = one.submit(echo, [2])
    await expect.poll(async () => (await server.stats()).load.waiting).toBe(1)
    await expect(other.submit(echo, [3])).rejects.toThrow(QueueFullError)
    held.get('runs')?.release()
    expect(await second).toBe(2)
    await first
  })

  it.each<[string, SubmitOptions]>([
    ['idempotencyKey', { idempotencyKey: 'x'.repeat(10_000) }],
    ['tags[1]', { tags: ['x', 'x'.repeat(10_000)] }],
    ['tags', { tags: Array.from({ length: 65 }, (_, index) => `${index}`) }],
  ])(
    'refuses what does not fit along with a call, and can be closed: %s',
    async (path, options) => {
      const session = await sessionOf(await served())
      const refusal = { code: 'CONC_SERIALIZATION', path, started: false }
      await expect(session.submit(add, [1, 2], options)).rejects.toMatchObject(refusal)
      await expect(session.stream(growing, [[]], options).next()).rejects.toMatchObject(refusal)
      await session.close()
    },
  )

  it('refuses options that are none, at once', () => {
    for (const options of [
      { port: -1 },
      { port: 1, retries: -1 },
      { port: 1, orphans: 'keep' as never },
      { port: 1, tls: { cert: 'x' } },
      { port: 1, lazy: 1 as never },
      { port: 1, prefetch: { items: 0 } },
      { port: 1, other: 1 } as never,
    ]) {
      expect(thrownBy(() => connect(options))).toBeInstanceOf(InvalidOptionError)
    }
  })
})

describe('withSession', () => {
  it('is the ambient executor, and closes what it opened', async () => {
    const server = await served()
    const inside = await withSession({ port: server.port, authkey }, async (session) => {
      expect(await add(1, 2)).toBe(3)
      return session
    })
    expect(inside.state).toBe('closed')
    await expect.poll(() => server.sessions).toBe(0)
  })

  it('counts nothing that goes on at its server any more, once it is closed', async () => {
    const server = await served()
    const other = await sessionOf(server)
    const running = other.submit(hold, ['of somebody else'])
    const inside = await withSession({ port: server.port, authkey }, async (session) => {
      await expect.poll(() => session.load.running).toBe(1)
      return session
    })
    expect(inside.load).toMatchObject({ concurrency: 0, running: 0, waiting: 0 })
    held.get('of somebody else')?.release('done')
    await running
  })

  it('leaves a session that it was given', async () => {
    const session = await sessionOf(await served())
    expect(await withSession(session, async () => await add(1, 2))).toBe(3)
    expect(session.state).toBe('open')
  })

  it('cancels what is in flight where its function throws', async () => {
    const { port } = await served()
    let call: Promise<unknown> | undefined
    const oops = new Error('oops')
    const run = withSession({ port, authkey }, async (session) => {
      call = session.submit(hold, ['left behind'])
      call.catch(() => {})
      await whenHeld('left behind')
      throw oops
    })
    await expect(run).rejects.toBe(oops)
    await expect(call).rejects.toMatchObject({ code: 'CONC_TASK_CANCELLED', origin: 'close' })
  })
})

function thrownBy(action: () => unknown): unknown {
  try {
    void action()
  } catch (error) {
    return error
  }
  return undefined
}
