import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { onMessage, sendMessage } from '../../src/conformance/json-lines.js'

describe('onMessage', () => {
  const server = createServer((socket) => onMessage(socket, (message) => came.push(message)))
  let came: unknown[]
  let socket: Socket
  beforeEach(async () => {
    came = []
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    socket = connect((server.address() as AddressInfo).port, '127.0.0.1')
    socket.on('error', () => {})
    await once(socket, 'connect')
  })
  afterEach(() => {
    socket.destroy()
    server.close()
  })

  it('brings messages in order, however they were cut', async () => {
    sendMessage(socket, { one: 1 })
    socket.write('{"two"')
    socket.end(':2}\n[3]\n')
    await once(socket.resume(), 'close')
    expect(came).toEqual([{ one: 1 }, { two: 2 }, [3]])
  })

  it.each(['GET / HTTP/1.1', 'null', '7', '"PING"', ''])('cuts off who says %j', async (line) => {
    socket.write(`{"first":1}\n${line}\n{"last":1}\n`)
    await once(socket.resume(), 'close')
    expect(came).toEqual([{ first: 1 }])
  })
})
