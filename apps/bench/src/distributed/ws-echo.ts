import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { Packr } from 'msgpackr'
import { WebSocket, WebSocketServer } from 'ws'

const packr = new Packr({ useRecords: false, moreTypes: true })

/** What one writes by hand: a WebSocket, a message for each call and each answer, a map of who waits for what. */
export class WsEcho {
  readonly #ws: WebSocket
  readonly #pending = new Map<number, (value: unknown) => void>()
  #lastId = 0

  private constructor(ws: WebSocket) {
    this.#ws = ws
    ws.on('message', (data: Buffer) => {
      const [id, value] = packr.unpack(data) as [number, unknown]
      this.#pending.get(id)?.(value)
      this.#pending.delete(id)
    })
  }

  /** Both ends are in this process. @param answer makes the answer of the arguments. */
  static async open(answer: (...args: never[]) => unknown): Promise<WsEcho> {
    const server = new WebSocketServer({ host: '127.0.0.1', port: 0, perMessageDeflate: false })
    server.on('connection', (ws) => {
      ws.on('message', (data: Buffer) => {
        const [id, ...args] = packr.unpack(data) as [number, ...never[]]
        ws.send(packr.pack([id, answer(...args)]))
      })
    })
    await once(server, 'listening')
    const { port } = server.address() as AddressInfo
    const ws = new WebSocket(`ws://127.0.0.1:${port}`, { perMessageDeflate: false })
    await once(ws, 'open')
    return new WsEcho(ws)
  }

  call(...args: readonly unknown[]): Promise<unknown> {
    const id = ++this.#lastId
    return new Promise((resolve) => {
      this.#pending.set(id, resolve)
      this.#ws.send(packr.pack([id, ...args]))
    })
  }
}
