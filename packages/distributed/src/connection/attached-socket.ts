import type { Socket } from 'node:net'
import type { WebSocket } from 'ws'
import type { Side } from '../protocol/ids.js'
import { closeCode, unsentBytes } from '../protocol/limits.js'
import { Heartbeat, type HeartbeatOptions } from './heartbeat.js'
import { webSocketFrame } from './web-socket-frame.js'

/** What `ws` says where no close frame came. */
export const lostCode = 1006

const farewellMs = 1000
/** Below it a copy costs less than a second chunk. */
const smallBytes = 16 * 1024

/** A WebSocket after its handshake, and what it stands on. Without compression: `ws` then writes at once what it sends. */
export interface OpenWebSocket {
  readonly ws: WebSocket
  readonly socket: Socket
  /** Ours. */
  readonly side: Side
}

export interface SocketEvents {
  message(bytes: Buffer): void
  fault(code: number, reason: string): void
  gone(code: number, reason: string): void
}

/** One WebSocket while it carries a connection. */
export class AttachedSocket {
  readonly #ws: WebSocket
  readonly #socket: Socket
  readonly #isMasking: boolean
  readonly #heartbeat: Heartbeat
  #isFull = false
  #isHeld = false

  constructor(
    { ws, socket, side }: OpenWebSocket,
    heartbeat: HeartbeatOptions,
    events: SocketEvents,
  ) {
    this.#ws = ws
    this.#socket = socket
    this.#isMasking = side === 'connecting'
    this.#heartbeat = new Heartbeat(
      heartbeat,
      () => ws.ping(),
      () => ws.terminate(),
    )
    const heard = (): void => this.#heartbeat.heard()
    ws.on('message', (data, isBinary) => {
      heard()
      if (isBinary) events.message(data as Buffer)
      else events.fault(closeCode.protocol, 'A text message came.')
    })
    ws.on('ping', heard)
    ws.on('pong', heard)
    ws.on('error', (error) => {
      const { code } = error as NodeJS.ErrnoException
      if (code === 'WS_ERR_UNSUPPORTED_MESSAGE_LENGTH')
        events.fault(closeCode.tooLarge, 'A message is larger than the limit.')
      else if (code?.startsWith('WS_ERR_')) events.fault(closeCode.protocol, error.message)
    })
    ws.on('close', (code, reason) => {
      this.#heartbeat.stop()
      events.gone(code, reason.toString())
    })
    this.#heartbeat.start()
    ws.resume()
  }

  /** Whether too much waits to be sent. */
  get isFull(): boolean {
    return this.#isFull
  }

  send(bytes: Uint8Array): void {
    const ws = this.#ws
    // While the peer keeps up, nobody asks how far it is: each answer would be a tick of its own.
    if (ws.bufferedAmount === 0 && bytes.length <= unsentBytes) {
      this.#sendNow(bytes)
      return
    }
    ws.send(bytes, this.#sent)
    if (this.#isFull || ws.bufferedAmount <= unsentBytes) return
    // Whoever does not read what it asked for is not given more to answer.
    this.#isFull = true
    this.#settle()
  }

  /** `ws` sends two chunks, header and payload; to write one is a tenth of what a round trip costs less. */
  #sendNow(bytes: Uint8Array): void {
    const ws = this.#ws
    if (bytes.length > smallBytes || ws.readyState !== ws.OPEN) ws.send(bytes)
    else this.#socket.write(webSocketFrame(bytes, this.#isMasking))
  }

  pause(isHeld: boolean): void {
    if (this.#isHeld === isHeld) return
    this.#isHeld = isHeld
    this.#heartbeat.isDeaf = isHeld
    this.#settle()
  }

  close(code: number, reason: string): void {
    const ws = this.#ws
    this.#heartbeat.stop()
    // A peer that was not read from could otherwise not even say goodbye.
    ws.resume()
    ws.close(code, reason.slice(0, 120))
    const timer = setTimeout(() => ws.terminate(), farewellMs)
    ws.once('close', () => clearTimeout(timer))
  }

  drop(): void {
    this.#heartbeat.stop()
    this.#ws.terminate()
  }

  readonly #sent = (): void => {
    if (!this.#isFull) return
    // Not read for want of room: what it takes is its sign of life.
    this.#heartbeat.heard()
    if (this.#ws.bufferedAmount > unsentBytes / 2) return
    this.#isFull = false
    this.#settle()
  }

  #settle(): void {
    if (this.#isFull || this.#isHeld) this.#ws.pause()
    else this.#ws.resume()
  }
}
