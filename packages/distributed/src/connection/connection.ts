import { FaultCount } from '../protocol/fault-count.js'
import type { Frame } from '../protocol/frame.js'
import { ackMessages, ackMs, closeCode } from '../protocol/limits.js'
import { isBad, parseMessage } from '../protocol/message.js'
import { MessageWriter, type OutgoingMessage } from '../protocol/message-writer.js'
import { Outbox } from '../protocol/outbox.js'
import { Inbox } from '../protocol/sequence.js'
import { AttachedSocket, lostCode, type OpenWebSocket } from './attached-socket.js'
import type { HeartbeatOptions } from './heartbeat.js'

export interface ConnectionHandler {
  received(frame: Frame): void
  /** The socket broke; the connection may go on over another one. */
  lost(): void
  /** It was closed, by either side, and does not go on. */
  closed(code: number, reason: string): void
  /** Frames may be added for the last time in this turn. */
  beforeFlush?(): void
}

/**
 * The frames of one session, over one WebSocket after the other: nothing is lost and nothing comes twice while the
 * next one takes up where the last one broke.
 */
export class Connection {
  readonly writer: MessageWriter
  readonly #handler: ConnectionHandler
  readonly #heartbeat: HeartbeatOptions
  readonly #inbox = new Inbox()
  readonly #outbox = new Outbox()
  readonly #faults = new FaultCount()
  #socket: AttachedSocket | undefined
  #ackTimer: NodeJS.Timeout | undefined
  #isOver = false
  #paused = 0

  constructor(handler: ConnectionHandler, heartbeat: HeartbeatOptions) {
    this.#handler = handler
    this.#heartbeat = heartbeat
    this.writer = new MessageWriter((message) => this.#write(message), {
      ack: () => this.#acknowledged(),
      beforeFlush: () => handler.beforeFlush?.(),
    })
  }

  /** The last message that came. */
  get lastSeen(): number {
    return this.#inbox.seq
  }

  get isAttached(): boolean {
    return this.#socket !== undefined
  }

  /** Whether more is written than the other side takes, or there is no socket. */
  get isBehind(): boolean {
    return this.#socket === undefined || this.#socket.isFull
  }

  /** Whether the messages after `seq` are still here to be sent again. */
  canResumeAfter(seq: number): boolean {
    return this.#outbox.after(seq) !== undefined
  }

  /**
   * Goes on over this socket.
   *
   * @param seq the last message that the other side has seen; it is sent what follows.
   */
  attach(opened: OpenWebSocket, seq = 0): void {
    this.#socket?.drop()
    const socket = new AttachedSocket(opened, this.#heartbeat, {
      message: (bytes) => this.#take(bytes),
      fault: (code, reason) => this.fail(code, reason),
      gone: (code, reason) => this.#gone(socket, code, reason),
    })
    this.#socket = socket
    this.#outbox.acknowledged(seq)
    for (const bytes of this.#outbox.after(seq) ?? []) socket.send(bytes)
    socket.pause(this.#paused > 0)
  }

  /** Counts a frame that breaks a rule of its id; too many of them end the connection. */
  fault(): void {
    if (this.#faults.add()) this.fail(closeCode.tooManyBadFrames, 'Too many frames out of place.')
  }

  /** Ends the connection because of what the other side sent. */
  fail(code: number, reason: string): void {
    this.close(code, reason)
  }

  /** While somebody holds it, nothing more is read. */
  hold(): void {
    if (++this.#paused === 1) this.#socket?.pause(true)
  }

  release(): void {
    if (--this.#paused === 0) this.#socket?.pause(false)
  }

  /** Writes what there is, says goodbye, and is over. */
  close(code: number, reason: string): void {
    if (this.#isOver) return
    this.writer.flush()
    this.#end()
    const socket = this.#socket
    this.#socket = undefined
    if (socket) socket.close(code, reason)
    this.#handler.closed(code, reason)
  }

  /** Is over without a word. */
  discard(): void {
    this.#end()
    this.#socket?.drop()
    this.#socket = undefined
  }

  #take(bytes: Buffer): void {
    if (this.#isOver) return
    const message = parseMessage(bytes)
    if (isBad(message)) {
      this.fail(message.closeCode, message.problem)
      return
    }
    this.#outbox.acknowledged(message.ack)
    if (message.seq === 0) return
    const place = this.#inbox.take(message.seq)
    if (place === 'gap') this.fail(closeCode.protocol, 'A message is missing.')
    if (place !== 'new') return
    this.#oweAcknowledgement()
    for (const frame of message.frames) {
      if (this.#isOver) return
      this.#handler.received(frame)
    }
  }

  #oweAcknowledgement(): void {
    if (this.#inbox.unacknowledged >= ackMessages) {
      this.writer.acknowledge()
      return
    }
    if (this.#ackTimer !== undefined) return
    this.#ackTimer = setTimeout(() => {
      this.#ackTimer = undefined
      if (this.#inbox.unacknowledged > 0) this.writer.acknowledge()
    }, ackMs)
    this.#ackTimer.unref()
  }

  #acknowledged(): number {
    return this.#inbox.acknowledged()
  }

  #write({ seq, chunks, byteLength }: OutgoingMessage): void {
    if (this.#isOver) return
    const bytes = chunks.length === 1 ? chunks[0] : Buffer.concat(chunks, byteLength)
    if (seq !== 0) this.#outbox.add(seq, bytes)
    this.#socket?.send(bytes)
  }

  #gone(socket: AttachedSocket, code: number, reason: string): void {
    if (socket !== this.#socket) return
    this.#socket = undefined
    if (code === lostCode) {
      this.#handler.lost()
      return
    }
    this.#end()
    this.#handler.closed(code, reason)
  }

  #end(): void {
    this.#isOver = true
    clearTimeout(this.#ackTimer)
  }
}
