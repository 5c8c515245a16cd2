import { AuthenticationError, InvalidOptionError, inline } from '@conc/core'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { connect } from '../../src/client/connect.js'
import type { ConnectOptions } from '../../src/client/connect-options.js'
import type { Session } from '../../src/client/session.js'
import type { ServerTls } from '../../src/security/tls-options.js'
import type { PoolServer } from '../../src/server/pool-server.js'
import { serve } from '../../src/server/serve.js'
import type { ServeOptions } from '../../src/server/serve-options.js'
import { Authority, hasOpenssl, type Pair } from '../certificates.js'
import { add } from '../tasks.js'

const authkey = 'a key of enough bytes'
const names = 'DNS:localhost,IP:127.0.0.1'
const open: AsyncDisposable[] = []

let authority: Authority
let stranger: Authority
let pair: Pair

beforeAll(() => {
  if (!hasOpenssl) return
  authority = new Authority()
  stranger = new Authority()
  pair = authority.sign(names)
})

afterAll(() => {
  if (!hasOpenssl) return
  authority[Symbol.dispose]()
  stranger[Symbol.dispose]()
})

afterEach(async () => {
  for (const one of open.splice(0).reverse()) await one[Symbol.asyncDispose]()
})

async function served(
  tls: Partial<ServerTls> = {},
  options: ServeOptions = {},
): Promise<PoolServer> {
  const server = await serve(inline(), { authkey, tls: { ...pair, ...tls }, ...options })
  open.push(server)
  return server
}

async function sessionOf(
  { port }: PoolServer,
  tls: ConnectOptions['tls'] = { ca: authority.cert },
  options: Partial<ConnectOptions> = {},
): Promise<Session> {
  const session = await connect({ port, authkey, tls, retries: 0, ...options })
  open.push(session)
  return session
}

async function failure(promise: Promise<unknown>): Promise<AuthenticationError> {
  const error = await promise.then(
    () => undefined,
    (reason) => reason,
  )
  expect(error).toBeInstanceOf(AuthenticationError)
  return error as AuthenticationError
}

describe.skipIf(!hasOpenssl)('TLS', () => {
  it('carries a session, with proofs that are bound to it', async () => {
    const server = await served()
    expect(server.url).toMatch(/^wss:/)
    const session = await sessionOf(server)
    expect(await session.submit(add, [1, 2])).toBe(3)
  })

  it('is refused where the authority is unknown', async () => {
    const server = await served()
    expect((await failure(sessionOf(server, true))).message).toMatch(/certificate/)
    expect((await failure(sessionOf(server, { ca: stranger.cert }))).message).toMatch(/TLS with/)
  })

  it('is refused where the certificate has another name', async () => {
    const server = await served()
    const error = await failure(
      sessionOf(server, { ca: authority.cert, servername: 'other.example' }),
    )
    expect(error.message).toMatch(/altnames|Hostname/)
  })

  it('is not spoken by a session that was not told of it', async () => {
    const server = await served()
    await expect(connect({ port: server.port, authkey, retries: 0 })).rejects.toThrow()
  })

  it('does not make up for a wrong key', async () => {
    const server = await served()
    const error = await failure(sessionOf(server, { ca: authority.cert }, { authkey: 'other' }))
    expect(error.message).toContain('did not accept the key')
  })

  it('needs both ends to agree on the binding', async () => {
    const server = await served({ channelBinding: false })
    await failure(sessionOf(server))
    const session = await sessionOf(server, { ca: authority.cert, channelBinding: false })
    expect(await session.submit(add, [1, 2])).toBe(3)
    const bound = await served()
    await failure(sessionOf(bound, { ca: authority.cert, channelBinding: false }))
  })

  it('lets only clients with a certificate in, and tells who they are', async () => {
    const asked: (string | undefined)[] = []
    const server = await served(
      { ca: authority.cert, requireClientCert: true },
      {
        authorize: ({ identity }) => {
          asked.push(identity)
          return identity === 'alice.example'
        },
      },
    )
    const alice = authority.sign('DNS:alice.example')
    const session = await sessionOf(server, { ca: authority.cert, ...alice })
    expect(await session.submit(add, [1, 2])).toBe(3)
    const bob = await sessionOf(server, {
      ca: authority.cert,
      ...authority.sign('DNS:bob.example'),
    })
    await expect(bob.submit(add, [1, 2])).rejects.toThrow(AuthenticationError)
    expect(asked).toEqual(['alice.example', 'bob.example'])
    const none = await sessionOf(server).then(
      () => undefined,
      (reason) => reason,
    )
    expect(none.message).toMatch(/certificate required|ECONNRESET|socket hang up|EPIPE/i)
    const strange = await sessionOf(server, {
      ca: authority.cert,
      ...stranger.sign('DNS:eve'),
    }).then(
      () => undefined,
      (reason) => reason,
    )
    expect(strange).toBeInstanceOf(Error)
  })

  it('takes another certificate for new connections; open ones go on', async () => {
    const server = await served()
    const old = await sessionOf(server)
    server.reloadTls(stranger.sign(names))
    await failure(sessionOf(server))
    const session = await sessionOf(server, { ca: stranger.cert })
    expect(await session.submit(add, [1, 2])).toBe(3)
    expect(await old.submit(add, [1, 2])).toBe(3)
    expect(() => server.reloadTls({ cert: 'x', key: 'y' })).toThrow(InvalidOptionError)
  })

  it('and a strong key open a host that is not loopback', async () => {
    const server = await served({}, { host: '0.0.0.0' })
    expect(await (await sessionOf(server)).submit(add, [1, 2])).toBe(3)
    expect(() => server.rotateKeys(['short'])).toThrow(InvalidOptionError)
    const weak = { authkey: 'short', tls: pair, host: '0.0.0.0' }
    expect(() => serve(inline(), weak)).toThrow(InvalidOptionError)
  })
})
