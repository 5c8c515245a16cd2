import { once } from 'node:events'
import { createServer, type IncomingMessage, request } from 'node:http'
import { type AddressInfo, connect as connectTcp, type Socket } from 'node:net'
import { AuthenticationError, ConnectionLostError, inline } from '@conc/core'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { WebSocketServer } from 'ws'
import { connect } from '../../src/client/connect.js'
import { connectSettings } from '../../src/client/connect-options.js'
import { dial } from '../../src/client/dial.js'
import { VersionMismatchError } from '../../src/errors.js'
import { proofKeys } from '../../src/security/keys.js'
import { clientProof } from '../../src/security/proofs.js'
import type { PoolServer } from '../../src/server/pool-server.js'
import { serve } from '../../src/server/serve.js'
import { add } from '../tasks.js'

const authkey = 'a key of enough bytes'
const never = new AbortController().signal
const upgrade = {
  connection: 'Upgrade',
  upgrade: 'websocket',
  'sec-websocket-version': '13',
  'sec-websocket-key': Buffer.alloc(16).toString('base64'),
  'sec-websocket-protocol': 'conc.1',
  'conc-protocol': '1.0',
}

let server: PoolServer

beforeEach(async () => {
  server = await serve(inline(), { authkey, handshakeTimeoutMs: 400 })
})

afterEach(async () => {
  await server.close({ pending: 'reject' })
})

/** What the server answers to a request, upgraded or not. */
async function ask(headers: Record<string, string>, path = '/conc'): Promise<IncomingMessage> {
  const asked = request({ host: '127.0.0.1', port: server.port, path, headers })
  asked.end()
  return await new Promise((resolve, reject) => {
    asked.on('response', (response) => resolve(response.resume()))
    asked.on('upgrade', (response, socket) => {
      socket.destroy()
      resolve(response)
    })
    asked.on('error', reject)
  })
}

async function challenge(): Promise<string> {
  return String((await ask(upgrade)).headers['conc-challenge'])
}

/** Headers that prove `key`. */
async function proof(
  key = authkey,
  changes: Record<string, string> = {},
): Promise<Record<string, string>> {
  const nonce = Buffer.alloc(32, 9).toString('base64url')
  const transcript = {
    protocol: '1.0',
    method: 'GET',
    path: '/conc',
    challenge: await challenge(),
    nonce,
    binding: { name: 'none', bytes: new Uint8Array(0) },
    resume: '',
  } as const
  return {
    ...upgrade,
    'conc-challenge': transcript.challenge,
    'conc-nonce': nonce,
    'conc-binding': 'none',
    'conc-proof': clientProof(proofKeys('key', key), transcript).toString('base64url'),
    ...changes,
  }
}

describe('the handshake', () => {
  it('challenges whoever brings no proof', async () => {
    const first = await ask(upgrade)
    expect(first.statusCode).toBe(401)
    expect(first.headers['conc-challenge']).not.toBe((await ask(upgrade)).headers['conc-challenge'])
  })

  it('lets a proof in, once', async () => {
    const headers = await proof()
    expect((await ask(headers)).statusCode).toBe(101)
    const replayed = await ask(headers)
    expect(replayed.statusCode).toBe(401)
    expect(replayed.headers['conc-proof']).toBeUndefined()
  })

  it.each([
    ['another key', 'a key of other bytes', {}],
    ['no nonce', authkey, { 'conc-nonce': '' }],
    ['a binding that was not proven', authkey, { 'conc-binding': 'tls-exporter' }],
    ['another resume than was proven', authkey, { 'conc-resume': 'abcdefghijklmnop 3' }],
    ['garbage for a proof', authkey, { 'conc-proof': '!!!' }],
  ])('answers alike to %s', async (_what, key, changes) => {
    const { statusCode, headers } = await ask(await proof(key, changes))
    expect(statusCode).toBe(401)
    expect(Object.keys(headers).sort()).toEqual(['conc-challenge', 'connection', 'content-length'])
  })

  it.each([
    [404, 'another path', { ...upgrade }, '/'],
    [404, 'no upgrade', {}, '/conc'],
    [403, 'a web page', { ...upgrade, origin: 'http://evil.example' }, '/conc'],
    [403, 'another host', { ...upgrade, host: 'evil.example' }, '/conc'],
    [426, 'another protocol', { ...upgrade, 'conc-protocol': '2.0' }, '/conc'],
    [426, 'another subprotocol', { ...upgrade, 'sec-websocket-protocol': 'chat' }, '/conc'],
    [400, 'a body', { ...upgrade, 'content-length': '3' }, '/conc'],
  ])('answers %i to %s', async (status, _what, headers, path) => {
    expect((await ask(headers, path)).statusCode).toBe(status)
  })

  it('takes other names for this host that it was told of', async () => {
    await server.close()
    server = await serve(inline(), { authkey, allowedHosts: ['pool.example'] })
    expect((await ask({ ...upgrade, host: 'pool.example:1' })).statusCode).toBe(401)
    expect((await ask({ ...upgrade, host: 'localhost' })).statusCode).toBe(401)
  })

  it('closes on headers that are too long', async () => {
    await expect(ask({ ...upgrade, padding: 'x'.repeat(9000) })).rejects.toThrow()
  })

  it('closes on whoever says nothing', async () => {
    const socket = connectTcp(server.port, '127.0.0.1')
    await once(socket, 'close')
  })

  it('closes on whoever speaks too slowly', async () => {
    const socket = connectTcp(server.port, '127.0.0.1')
    socket.on('error', () => {})
    socket.write('GET /conc HTTP/1.1\r\n')
    const drip = setInterval(() => socket.write('x: y\r\n'), 20)
    // What drips into a closed socket is reset: not `once`, which rejects for that.
    await new Promise<void>((resolve) => socket.once('close', () => resolve()))
    clearInterval(drip)
  })

  it('closes the oldest of those in front of the door where there are too many', async () => {
    await server.close()
    server = await serve(inline(), { authkey })
    const sockets: Socket[] = []
    const first = connectTcp(server.port, '127.0.0.1')
    await once(first, 'connect')
    const closed = once(first, 'close')
    for (let index = 0; index < 32; index++) {
      const socket = connectTcp(server.port, '127.0.0.1')
      socket.on('error', () => {})
      sockets.push(socket)
      await once(socket, 'connect')
    }
    await closed
    const session = await connect({ port: server.port, authkey })
    expect(await session.submit(add, [1, 2])).toBe(3)
    await session.close()
    for (const socket of sockets) socket.destroy()
  })
})

describe('connect', () => {
  it('is told that the key is wrong', async () => {
    const error = await connect({ port: server.port, authkey: 'wrong' }).catch((reason) => reason)
    expect(error).toBeInstanceOf(AuthenticationError)
    expect(error.message).toContain('did not accept the key')
  })

  it('refuses a server that does not know the key, before it sends a frame', async () => {
    const impostor = createServer()
    const sockets = new WebSocketServer({ noServer: true })
    let frames = 0
    impostor.on('upgrade', (asked, socket, head) => {
      if (asked.headers['conc-proof'] === undefined) {
        socket.end('HTTP/1.1 401 Unauthorized\r\nconc-challenge: abc\r\ncontent-length: 0\r\n\r\n')
        return
      }
      sockets.handleUpgrade(asked, socket, head, (ws) => ws.on('message', () => frames++))
    })
    impostor.listen(0, '127.0.0.1')
    await once(impostor, 'listening')
    const { port } = impostor.address() as AddressInfo
    const error = await connect({ port, authkey }).catch((reason) => reason)
    expect(error).toBeInstanceOf(AuthenticationError)
    expect(error.message).toContain('does not know the key')
    expect(frames).toBe(0)
    impostor.close()
    impostor.closeAllConnections()
  })

  it('says which protocol the server speaks', async () => {
    const other = createServer()
    other.on('upgrade', (_asked, socket) => {
      socket.end('HTTP/1.1 426 Upgrade Required\r\nconc-protocol: 7.3\r\ncontent-length: 0\r\n\r\n')
    })
    other.listen(0, '127.0.0.1')
    await once(other, 'listening')
    const { port } = other.address() as AddressInfo
    const error = await connect({ port, authkey }).catch((reason) => reason)
    expect(error).toBeInstanceOf(VersionMismatchError)
    expect(error).toMatchObject({ local: '1.0', remote: '7.3', code: 'CONC_VERSION_MISMATCH' })
    other.close()
  })

  it('tells a web server from one of ours', async () => {
    const web = createServer((_asked, response) => response.end('hello'))
    web.listen(0, '127.0.0.1')
    await once(web, 'listening')
    const { port } = web.address() as AddressInfo
    await expect(connect({ port })).rejects.toThrow('is no server of ours (HTTP 200)')
    web.close()
    web.closeAllConnections()
  })

  it('tries again where nobody listens, and then says so', async () => {
    const { port } = server
    await server.close()
    const error = await connect({ port, retries: 2, retryDelayMs: 5 }).catch((reason) => reason)
    expect(error).toBeInstanceOf(ConnectionLostError)
    expect(error).toMatchObject({ started: false, retryable: true })
    server = await serve(inline(), { authkey })
  })

  it('gives up on a server that never answers', async () => {
    const silent = (await import('node:net')).createServer()
    silent.listen(0, '127.0.0.1')
    await once(silent, 'listening')
    const { port } = silent.address() as AddressInfo
    await expect(connect({ port, connectTimeoutMs: 50 })).rejects.toThrow('within 50 ms')
    silent.close()
  })

  it('waits for a place where the server has none', async () => {
    await server.close()
    server = await serve(inline(), { authkey, maxSessions: 1 })
    const one = await connect({ port: server.port, authkey })
    const refused = connect({ port: server.port, authkey, retries: 0 })
    await expect(refused).rejects.toThrow('takes no more sessions')
    const patient = connect({ port: server.port, authkey, retries: 100, retryDelayMs: 5 })
    await one.close()
    const other = await patient
    expect(other.state).toBe('open')
    await other.close()
  })
})

describe('rotateKeys', () => {
  it('lets old keys in as long as they are given, and open sessions go on', async () => {
    const old = await connect({ port: server.port, authkey })
    server.rotateKeys(['the key that comes next', authkey])
    for (const key of ['the key that comes next', authkey]) {
      const session = await connect({ port: server.port, authkey: key })
      expect(await session.submit(add, [1, 2])).toBe(3)
      await session.close()
    }
    server.rotateKeys(['the key that comes next'])
    await expect(connect({ port: server.port, authkey })).rejects.toThrow(AuthenticationError)
    expect(await old.submit(add, [1, 2])).toBe(3)
    await old.close()
  })
})

describe('dial', () => {
  it('leaves nothing open when it is given up', async () => {
    const controller = new AbortController()
    const dialled = dial(
      connectSettings({ port: server.port, authkey }),
      undefined,
      controller.signal,
    )
    controller.abort(new Error('changed its mind'))
    await expect(dialled).rejects.toThrow('changed its mind')
    const { ws } = await dial(connectSettings({ port: server.port, authkey }), undefined, never)
    ws.terminate()
  })
})
