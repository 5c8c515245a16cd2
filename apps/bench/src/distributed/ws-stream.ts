import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { Packr } from 'msgpackr'
import { WebSocket, WebSocketServer } from 'ws'
import { type Asked, PulledNumbers, type Told, ToldNumbers } from './numbers-by-hand.js'

const packr = new Packr({ useRecords: false, moreTypes: true })

/** A stream of numbers over a WebSocket, by hand. Both ends are in this process. */
export async function wsNumbers(window: number): Promise<ToldNumbers> {
  const server = new WebSocketServer({ host: '127.0.0.1', port: 0, perMessageDeflate: false })
  server.on('connection', (ws) => {
    const numbers = new PulledNumbers((told) => ws.send(packr.pack(told)))
    ws.on('message', (data: Buffer) => numbers.asked(packr.unpack(data) as Asked))
  })
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  const ws = new WebSocket(`ws://127.0.0.1:${port}`, { perMessageDeflate: false })
  await once(ws, 'open')
  const numbers = new ToldNumbers((asked) => ws.send(packr.pack(asked)), window)
  ws.on('message', (data: Buffer) => numbers.told(packr.unpack(data) as Told))
  return numbers
}
