import { once } from 'node:events'
import { inline, task } from '@conc/core'
import {
  connect,
  type Held,
  LeaseLostError,
  locks,
  type PoolServer,
  type Session,
  serve,
} from '@conc/distributed'
import { afterEach, describe, expect, it } from 'vitest'
import { Crew, type Member } from '../crew.js'
import { TcpProxy } from '../tcp-proxy.js'

const authkey = 'a key of enough bytes'
const open: AsyncDisposable[] = []

afterEach(async () => {
  for (const one of open.splice(0).reverse()) await one[Symbol.asyncDispose]()
  await crew[Symbol.asyncDispose]()
})

const crew = new Crew()

function start(program: string, env: NodeJS.ProcessEnv): Member {
  return crew.start(program, env)
}

async function served(options: { leaseMs?: number; resumeMs?: number }): Promise<PoolServer> {
  const server = await serve(inline(), { authkey, ...options })
  open.push({ [Symbol.asyncDispose]: async () => void (await server.close({ pending: 'reject' })) })
  return server
}

async function sessionTo(port: number, reconnectMs = 30_000): Promise<Session> {
  const session = await connect({ port, authkey, reconnectMs })
  open.push({ [Symbol.asyncDispose]: () => session.close({ pending: 'reject' }) })
  return session
}

/** Resolves with why it is held no more. */
async function loss({ signal }: Held): Promise<unknown> {
  if (!signal.aborted) await once(signal, 'abort')
  return signal.reason
}

describe('a lease', () => {
  it('passes on what a process holds that stands still, and tells it when it goes on', async () => {
    const server = await served({ leaseMs: 300 })
    const holder = start('holds-a-lock.mjs', { PORT: `${server.port}` })
    const token = await holder.said('token')
    process.kill(holder.pid, 'SIGSTOP')
    // In the process of the server nobody needs a lease, which would be lost too where the machine stalls.
    const next = await locks().lock('door').acquire()
    expect(next.token).toBeGreaterThan(token as number)
    process.kill(holder.pid, 'SIGCONT')
    const lost = { reason: 'CONC_LEASE_LOST', release: 'CONC_LEASE_LOST' }
    expect(await holder.said('lost')).toEqual(lost)
    expect(next.signal.aborted).toBe(false)
    await next.release()
  })

  it('is over for the holder when its server stands still, also if that never notices', async () => {
    const child = start('serves.mjs', { LEASE_MS: '300' })
    const port = await child.said('port')
    const session = await sessionTo(port as number)
    const held = await session.locks().lock('door').acquire()
    process.kill(child.pid, 'SIGSTOP')
    expect(await loss(held)).toBeInstanceOf(LeaseLostError)
    process.kill(child.pid, 'SIGCONT')
    // What the holder has given up is not kept for it.
    const next = await session.locks().lock('door').acquire()
    expect(next.token).toBeGreaterThan(held.token)
  })

  it('is renewed while something is held, however long that is', async () => {
    const server = await served({ leaseMs: 1000 })
    const [one, other] = [await sessionTo(server.port), await sessionTo(server.port)]
    const held = await one.locks().lock('door').acquire()
    const inVain = other.locks().lock('door').acquire({ timeoutMs: 2500 })
    await expect(inVain).rejects.toMatchObject({ code: 'CONC_LOCK' })
    expect(held.signal.aborted).toBe(false)
    await held.release()
  })

  it('goes on with a session that comes back in time, and ends with one that does not', async () => {
    const server = await served({ resumeMs: 5000 })
    const proxy = await TcpProxy.to(server.port)
    open.push(proxy)
    const session = await sessionTo(proxy.port)
    const held = await session.locks().lock('door').acquire()
    proxy.cut()
    await expect.poll(() => session.state).toBe('open')
    await held.release()
    expect(held.signal.aborted).toBe(false)
  })

  it('ends with a connection that is gone for longer than resumeMs', async () => {
    const server = await served({ resumeMs: 20 })
    const proxy = await TcpProxy.to(server.port)
    open.push(proxy)
    const session = await sessionTo(proxy.port)
    const held = await session.locks().lock('door').acquire()
    proxy.isOpen = false
    proxy.cut()
    expect(await loss(held)).toMatchObject({ code: 'CONC_LEASE_LOST' })
    const direct = await sessionTo(server.port)
    const next = await direct.locks().lock('door').acquire()
    expect(next.token).toBeGreaterThan(held.token)
    await expect(held.release()).rejects.toBeInstanceOf(LeaseLostError)
  })

  it('ends with a server that is killed, and `use` says so', async () => {
    const child = start('serves.mjs', {})
    const port = await child.said('port')
    const session = await sessionTo(port as number, 10)
    const used = session
      .locks()
      .lock('door')
      .use(async (held) => {
        void child.kill()
        await loss(held)
      })
    await expect(used).rejects.toBeInstanceOf(LeaseLostError)
  })

  it('of `use` gives way to what its function threw', async () => {
    const child = start('serves.mjs', {})
    const port = await child.said('port')
    const session = await sessionTo(port as number, 10)
    const used = session
      .locks()
      .lock('door')
      .use(async (held) => {
        void child.kill()
        await loss(held)
        throw new RangeError('half done')
      })
    await expect(used).rejects.toThrow('half done')
  })

  it('is watched for who shares a lock with its calls, also after one of them has let go', async () => {
    const server = await served({})
    const session = await sessionTo(server.port)
    const lock = session.locks().lock('door')
    const share = task('test/share', async () => await lock.use((held) => held.token))
    const outer = task('test/outer', async () => {
      const held = await lock.acquire({ delegate: true })
      expect(await share.local()).toBe(held.token)
      await session.close()
      return held.signal.reason
    })
    expect(await outer.local()).toBeInstanceOf(LeaseLostError)
  })

  it('that would be none is refused', () => {
    expect(() => serve(inline(), { leaseMs: 0 })).toThrow(/`leaseMs`/)
  })
})
