import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { TcpProxy } from '../src/scene/tcp-proxy.js'

describe('TcpProxy', () => {
  const server = createServer({ allowHalfOpen: true }, (socket) => {
    socket.on('error', () => {})
    socket.pipe(socket)
  })
  let proxy: TcpProxy
  beforeEach(async () => {
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    proxy = await TcpProxy.to((server.address() as AddressInfo).port)
  })
  afterEach(async () => {
    await proxy.close()
    server.close()
  })

  it('leaves no hole where it stalls and flows again', async () => {
    const client = dial(proxy)
    const bytes = Buffer.from(Uint8Array.from({ length: 5_000_000 }, (_, n) => n % 251))
    const back = readAll(client)
    client.write(bytes.subarray(0, 1_000_000))
    await once(client, 'connect')
    proxy.stall()
    client.end(bytes.subarray(1_000_000))
    proxy.flow()
    expect(Buffer.compare(await back, bytes)).toBe(0)
  })

  it('passes nothing on while it stalls', async () => {
    const client = dial(proxy)
    client.write('a')
    expect(String((await once(client, 'data'))[0])).toBe('a')
    proxy.stall()
    const next = once(client, 'data')
    client.write('b')
    const other = dial(proxy)
    await once(other, 'connect')
    expect(await Promise.race([next, turns()])).toBe('nothing')
    proxy.flow()
    expect(String((await next)[0])).toBe('b')
  })

  it('ends connections where it cuts, and lets nobody in while it is shut', async () => {
    const client = dial(proxy)
    client.write('a')
    await once(client, 'data')
    const isClosed = closed(client)
    proxy.shut()
    await isClosed
    await closed(dial(proxy))
    proxy.open()
    const again = dial(proxy)
    again.write('b')
    expect(String((await once(again, 'data'))[0])).toBe('b')
  })
})

function dial({ port }: TcpProxy): Socket {
  return connect({ port, host: '127.0.0.1' }).on('error', () => {})
}

/** It may be reset, which is an error too. */
function closed(socket: Socket): Promise<void> {
  return new Promise((resolve) => socket.resume().once('close', () => resolve()))
}

async function readAll(socket: Socket): Promise<Buffer> {
  const chunks: Buffer[] = []
  for await (const chunk of socket) chunks.push(chunk as Buffer)
  return Buffer.concat(chunks)
}

/** Long enough for what is on its way between two sockets of this process. */
async function turns(): Promise<'nothing'> {
  for (let n = 0; n < 50; n++) await new Promise((resolve) => setImmediate(resolve))
  return 'nothing'
}
