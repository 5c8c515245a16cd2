import { ConnectionLostError, ExecutorClosedError, inline } from '@conc/core'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { connect } from '../../src/client/connect.js'
import type { ConnectOptions } from '../../src/client/connect-options.js'
import type { Session } from '../../src/client/session.js'
import type { PoolServer } from '../../src/server/pool-server.js'
import { serve } from '../../src/server/serve.js'
import { add, count, counts, held, hold, numbers, whenHeld } from '../tasks.js'
import { TcpProxy } from '../tcp-proxy.js'

const authkey = 'a key of enough bytes'

let server: PoolServer
let proxy: TcpProxy
let session: Session

async function open(options: Partial<ConnectOptions> = {}): Promise<Session> {
  session = await connect({ port: proxy.port, authkey, ...options })
  return session
}

beforeEach(async () => {
  server = await serve(inline(), { authkey, resumeMs: 5000 })
  proxy = await TcpProxy.to(server.port)
})

afterEach(async () => {
  await session.close({ pending: 'reject' })
  await proxy[Symbol.asyncDispose]()
  await server.close({ pending: 'reject' })
})

describe('a session whose socket breaks', () => {
  it('goes on: its calls are answered, none runs twice', async () => {
    await open()
    const { id } = session
    const long = session.submit(hold, ['over the break'])
    await whenHeld('over the break')
    const calls: Promise<number>[] = []
    for (let round = 0; round < 20; round++) {
      for (let index = 0; index < 50; index++) {
        calls.push(session.submit(count, [`${round}/${index}`]))
      }
      if (round % 4 === 1) proxy.cut()
      await Promise.race([calls.at(-1), new Promise(setImmediate)])
    }
    const results = await Promise.all(calls)
    expect(results.every((times) => times === 1)).toBe(true)
    expect([...counts.values()].every((times) => times === 1)).toBe(true)
    held.get('over the break')?.release('there')
    expect(await long).toBe('there')
    expect(session.id).toBe(id)
    expect(session.state).toBe('open')
  })

  it('sends what is said to a body meanwhile, when it is back', async () => {
    await open()
    const controller = new AbortController()
    const call = session.submit(hold, ['during the break'], { signal: controller.signal })
    await whenHeld('during the break')
    const items = session.stream(numbers, [1e6])
    await items.next()
    proxy.isOpen = false
    proxy.cut()
    await expect.poll(() => session.state).toBe('reconnecting')
    controller.abort(new Error('no more'))
    await expect(call).rejects.toThrow('no more')
    const left = items.return()
    proxy.isOpen = true
    await left
    await expect.poll(() => session.load.running).toBe(0)
  })

  it('goes on with its streams, each item once', async () => {
    await open()
    const items: number[] = []
    for await (const item of session.stream(numbers, [300])) {
      items.push(item)
      if (item % 60 === 59) proxy.cut()
    }
    expect(items).toEqual(Array.from({ length: 300 }, (_, index) => index))
  })

  it('ends the wait of a call that it cannot send within startTimeoutMs', async () => {
    await open({ startTimeoutMs: 50 })
    proxy.isOpen = false
    proxy.cut()
    await expect.poll(() => session.state).toBe('reconnecting')
    const late = session.submit(add, [1, 2])
    await expect(late).rejects.toMatchObject({ code: 'CONC_TASK_TIMEOUT', phase: 'waiting' })
    proxy.isOpen = true
    await expect.poll(() => session.state).toBe('open')
    expect(await session.submit(add, [1, 2])).toBe(3)
  })

  it('cancels over the break', async () => {
    await open()
    const controller = new AbortController()
    const call = session.submit(hold, ['cancelled'], { signal: controller.signal })
    await whenHeld('cancelled')
    const { signal } = held.get('cancelled') as { signal: AbortSignal }
    proxy.cut()
    controller.abort(new Error('enough'))
    await expect(call).rejects.toThrow('enough')
    await expect.poll(() => signal.aborted).toBe(true)
  })

  it('notices a server that is silent, and goes on over another socket', async () => {
    await open({ keepAliveMs: 20, deadAfterMs: 80 })
    proxy.freeze()
    expect(await session.submit(add, [1, 2])).toBe(3)
    expect(session.state).toBe('open')
  })

  it('closes when it was tried for long enough', async () => {
    await open({ reconnectMs: 50 })
    const call = session.submit(hold, ['never answered'])
    await whenHeld('never answered')
    await expect.poll(() => session.load.running).toBe(1)
    proxy.isOpen = false
    proxy.cut()
    const error = await call.catch((reason) => reason)
    expect(error).toBeInstanceOf(ConnectionLostError)
    expect(error).toMatchObject({ started: true, retryable: true, task: 'test/hold' })
    expect(session.state).toBe('closed')
    await expect(session.submit(add, [1, 2])).rejects.toThrow(ExecutorClosedError)
    await expect(session.ready()).rejects.toThrow(ExecutorClosedError)
  })

  it('ends the further attempts of a call when it has been closed', async () => {
    await open({ reconnectMs: 50 })
    const again = { retry: { times: 2 }, idempotencyKey: 'again' }
    const call = session.submit(hold, ['made again'], again)
    await whenHeld('made again')
    proxy.isOpen = false
    proxy.cut()
    await expect(call).rejects.toMatchObject({ code: 'CONC_CONNECTION_LOST', started: false })
  })
})

describe('a session that the server has forgotten', () => {
  beforeEach(async () => {
    await server.close()
    await proxy[Symbol.asyncDispose]()
    server = await serve(inline(), { authkey, resumeMs: 1 })
    proxy = await TcpProxy.to(server.port)
  })

  it('rejects what was in flight and runs what was not written', async () => {
    await open()
    const { id } = session
    const lost = session.submit(hold, ['lost'])
    await whenHeld('lost')
    await expect.poll(() => session.load.running).toBe(1)
    const { signal } = held.get('lost') as { signal: AbortSignal }
    proxy.isOpen = false
    proxy.cut()
    await expect.poll(() => session.state).toBe('reconnecting')
    const waiting = session.submit(add, [1, 2])
    await expect.poll(() => signal.aborted).toBe(true)
    expect(signal.reason).toMatchObject({ code: 'CONC_TASK_CANCELLED', origin: 'client' })
    proxy.isOpen = true
    await expect(lost).rejects.toMatchObject({ code: 'CONC_CONNECTION_LOST', started: true })
    expect(await waiting).toBe(3)
    expect(session.id).not.toBe(id)
  })

  it('ends its streams with the items that came and then the error', async () => {
    await open({ prefetch: { items: 1 } })
    const items = session.stream(numbers, [100])
    expect((await items.next()).value).toBe(0)
    proxy.isOpen = false
    proxy.cut()
    await expect.poll(() => server.sessions).toBe(0)
    proxy.isOpen = true
    await expect(
      (async () => {
        for await (const _ of items);
      })(),
    ).rejects.toThrow(ConnectionLostError)
  })

  it("ends its streams, which nobody pulls any more, also where it said `orphans: 'finish'`", async () => {
    await open({ orphans: 'finish', prefetch: { items: 1 } })
    const items = session.stream(numbers, [100])
    await items.next()
    expect((await server.stats()).load.running).toBe(1)
    proxy.isOpen = false
    proxy.cut()
    await expect.poll(() => server.sessions).toBe(0)
    await expect.poll(async () => (await server.stats()).load.running).toBe(0)
    proxy.isOpen = true
    await expect(items.next()).rejects.toThrow(ConnectionLostError)
  })

  it("lets its work end where it said `orphans: 'finish'`", async () => {
    await open({ orphans: 'finish' })
    const call = session.submit(hold, ['orphan'])
    await whenHeld('orphan')
    const { signal, release } = held.get('orphan') as NonNullable<ReturnType<typeof held.get>>
    proxy.isOpen = false
    proxy.cut()
    await expect.poll(() => server.sessions).toBe(0)
    expect(signal.aborted).toBe(false)
    release('for nobody')
    proxy.isOpen = true
    await expect(call).rejects.toThrow(ConnectionLostError)
    await expect.poll(async () => (await server.stats()).load.running).toBe(0)
  })
})

describe('a lazy session', () => {
  it('is there before its server, refuses retryably, and works once there is one', async () => {
    const { port } = server
    await server.close()
    await open({ port, lazy: true })
    expect(session.state).toBe('connecting')
    expect(session.load.concurrency).toBe(0)
    const refused = await session.submit(add, [1, 2]).catch((reason) => reason)
    expect(refused).toBeInstanceOf(ConnectionLostError)
    expect(refused).toMatchObject({ started: false, retryable: true })
    server = await serve(inline(), { authkey, port })
    await session.ready()
    expect(await session.submit(add, [1, 2])).toBe(3)
  })

  it('gives up its calls when it was tried for long enough, and is tried on', async () => {
    await open({ lazy: true, reconnectMs: 50 })
    await session.ready()
    const call = session.submit(hold, ['on a host that is gone'])
    await whenHeld('on a host that is gone')
    await expect.poll(() => session.load.running).toBe(1)
    proxy.isOpen = false
    proxy.cut()
    await expect(call).rejects.toMatchObject({ code: 'CONC_CONNECTION_LOST', started: true })
    expect(session.state).toBe('reconnecting')
    proxy.isOpen = true
    await session.ready()
    expect(await session.submit(add, [1, 2])).toBe(3)
  })

  it('comes back to a server that was restarted', async () => {
    const { port } = server
    await open({ port, lazy: true })
    await session.ready()
    await server.close()
    await expect.poll(() => session.state).toBe('reconnecting')
    await expect(session.submit(add, [1, 2])).rejects.toThrow(ConnectionLostError)
    server = await serve(inline(), { authkey, port })
    await session.ready()
    expect(await session.submit(add, [1, 2])).toBe(3)
  })
})

describe('a stream that is refused', () => {
  it('is over, both ways', async () => {
    await open()
    const signal = AbortSignal.abort(new Error('not even begun'))
    const streams = [
      session.stream(numbers, [3], { signal }),
      session.duplex(numbers, [3], { signal }),
    ]
    for (const items of streams) {
      await expect(items.next()).rejects.toThrow('not even begun')
      expect(await items.next()).toEqual({ done: true, value: undefined })
    }
    const late = session.duplex(numbers, [3])
    await session.close()
    await expect(late.next()).rejects.toThrow(ExecutorClosedError)
    expect(await late.next()).toEqual({ done: true, value: undefined })
  })
})

describe('a session whose server closes', () => {
  it('drains: what is in flight ends, nothing new is taken', async () => {
    await open()
    const call = session.submit(hold, ['last'])
    await whenHeld('last')
    const closing = server.close()
    await expect.poll(() => session.state).toBe('draining')
    const refused = await session.submit(add, [1, 2]).catch((reason) => reason)
    expect(refused).toMatchObject({ started: false, retryable: true })
    held.get('last')?.release('done')
    expect(await call).toBe('done')
    expect(await closing).toEqual({ by: 'owner', finished: 1, cancelled: 0 })
    await expect.poll(() => session.state).toBe('closed')
  })

  it('ends with it, and says what to do', async () => {
    await open()
    await server.close()
    await expect.poll(() => session.state).toBe('closed')
    const refused = await session.submit(add, [1, 2]).catch((reason) => reason)
    expect(refused).toBeInstanceOf(ExecutorClosedError)
    expect(refused).toMatchObject({ cause: { code: 'CONC_CONNECTION_LOST' }, started: false })
    expect(refused.message).toMatch(/has ended: .* Connect again, or with `lazy: true`/)
  })

  it('is told of what the close cancels', async () => {
    await open()
    const call = session.submit(hold, ['cancelled by the close'])
    await whenHeld('cancelled by the close')
    const closing = server.close({ pending: 'reject' })
    const error = await call.catch((reason) => reason)
    expect(error).toMatchObject({ code: 'CONC_TASK_CANCELLED', origin: 'shutdown', started: true })
    expect(await closing).toEqual({ by: 'owner', finished: 0, cancelled: 1 })
  })
})
