import { once } from 'node:events'
import { createServer, type Server } from 'node:net'
import { join } from 'node:path'
import { AuthenticationError, ConnectionLostError, InvalidOptionError } from '@conc/core'
import { describe, expect, it, onTestFinished } from 'vitest'
import {
  ControlCommandError,
  ControlError,
  TcpControlClient,
  TcpControlServer,
  UnixControlClient,
  UnixControlServer,
} from '../../src/control/index.js'
import { SimpleTaskPool } from '../../src/index.js'
import { waits } from '../bodies.js'
import { temporaryFolder } from './wires.js'

async function serve(token?: string): Promise<TcpControlServer> {
  const options = { port: 0, ...(token && { token }) }
  const server = await new TcpControlServer(new SimpleTaskPool(waits), options).start()
  onTestFinished(() => server.close())
  return server
}

async function clientOf({ address }: TcpControlServer, options = {}): Promise<TcpControlClient> {
  const client = new TcpControlClient(address.host, address.port, options)
  onTestFinished(() => client.close())
  return await client.connect()
}

/** A server that is none: it says this to whoever connects. */
async function impostor(says: string): Promise<number> {
  const server: Server = createServer((socket) => {
    socket.on('error', () => {})
    socket.end(says)
  })
  onTestFinished(() => void server.close())
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return (server.address() as { port: number }).port
}

describe('ControlClient', () => {
  it('gives values, or the text of replies', async () => {
    const server = await serve()
    const client = await clientOf(server)
    expect(client.poolName).toBe(server.pool.name)
    expect(await client.call('start 3')).toBe('start-group-0')
    expect(await client.call('num-running')).toBe(3)
    expect(await client.call('pool-size')).toBe('inf')
    expect(await client.call('stop 2')).toEqual([2, 1])
    expect(await client.call('lock')).toBe(null)
    expect(await client.send('get-group-ids start-group-0')).toBe('{0, 1, 2}')
    expect(await client.send('start 1')).toBe(`PoolLockedError: ${server.pool.name} is locked`)
  })

  it('rejects with what the command failed with', async () => {
    const client = await clientOf(await serve())
    const error = await client.call('cancel 9').catch((thrown: unknown) => thrown)
    expect(error).toBeInstanceOf(ControlCommandError)
    expect(error).toMatchObject({
      command: 'cancel 9',
      message: expect.stringContaining('TaskNotFoundError: No task with ID 9'),
      cause: { name: 'TaskNotFoundError', code: 'CONC_TASK_NOT_FOUND' },
    })
  })

  it('overlaps commands, and gives up waiting when told to', async () => {
    const client = await clientOf(await serve())
    const controller = new AbortController()
    const closed = client.call('until-closed', { signal: controller.signal })
    expect(await client.call('num-running')).toBe(0)
    controller.abort('enough')
    await expect(closed).rejects.toBe('enough')
    expect(await client.call('num-running')).toBe(0)
    const late = client.call('num-running', { signal: AbortSignal.abort('late') })
    await expect(late).rejects.toBe('late')
  })

  it('connects to a unix socket, or says that there is none', async () => {
    const path = join(await temporaryFolder(), 'pool.sock')
    const none = new UnixControlClient(path)
    await expect(none.connect()).rejects.toThrow(`No socket at ${path}`)
    const server = new UnixControlServer(new SimpleTaskPool(waits), { path })
    onTestFinished(() => server.close())
    await server.start()
    await using client = await new UnixControlClient(path).connect()
    expect(await client.call('num-running')).toBe(0)
  })

  it('rejects what waits when the server goes', async () => {
    const server = await serve()
    const client = await clientOf(server)
    const waiting = client.call('until-closed')
    const outcome = expect(waiting).rejects.toBeInstanceOf(ConnectionLostError)
    await client.call('num-running')
    await server.close()
    await outcome
    await client.closed
    await expect(client.send('num-running')).rejects.toBeInstanceOf(ConnectionLostError)
  })

  it('is told of a wrong token', async () => {
    const server = await serve('a token of some length')
    await expect(clientOf(server)).rejects.toBeInstanceOf(AuthenticationError)
    await expect(clientOf(server, { token: 'another' })).rejects.toThrow('refused the token')
    const client = await clientOf(server, { token: 'a token of some length' })
    expect(await client.call('num-running')).toBe(0)
  })

  it('rejects where nobody listens, or somebody else', async () => {
    const server = await serve()
    const { port } = server.address
    await server.close()
    const nobody = new TcpControlClient('127.0.0.1', port).connect()
    await expect(nobody).rejects.toBeInstanceOf(ConnectionLostError)
    await expect(nobody).rejects.toThrow('ECONNREFUSED')
    const other = new TcpControlClient('127.0.0.1', await impostor('220 mail ready\r\n'))
    await expect(other.connect()).rejects.toBeInstanceOf(ControlError)
    const silent = new TcpControlClient('127.0.0.1', await impostor(''))
    await expect(silent.connect()).rejects.toBeInstanceOf(ConnectionLostError)
  })

  it('gives up connecting when told to', async () => {
    const { address } = await serve()
    const client = new TcpControlClient(address.host, address.port)
    await expect(client.connect({ signal: AbortSignal.abort('no') })).rejects.toBe('no')
    await client.close()
  })

  it('refuses wrong arguments', async () => {
    expect(() => new TcpControlClient('', 1)).toThrow(InvalidOptionError)
    expect(() => new TcpControlClient('x', 0)).toThrow(InvalidOptionError)
    expect(() => new UnixControlClient('')).toThrow(InvalidOptionError)
    const client = await clientOf(await serve())
    for (const method of ['send', 'call'] as const) {
      expect(() => client[method]('lock\nunlock')).toThrow(InvalidOptionError)
      expect(() => client[method]('lock', { signal: 1 as never })).toThrow(InvalidOptionError)
    }
    await expect(new TcpControlClient('x', 1).send('lock')).rejects.toThrow(
      'Connect the client first',
    )
  })
})
