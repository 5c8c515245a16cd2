import { type MessagePort, receiveMessageOnPort } from 'node:worker_threads'
import { decodeError, type EncodedError, encodeError, type Transferable } from '@conc/core'
import { ItemQueue } from '../memory/item-queue.js'
import { Bell, ownBell } from './bell.js'
import { type ControlBlock, inAtomics, type Side } from './control-block.js'

/** What an end of a linked channel is made of; what travels when it is handed over. */
export interface LinkParts {
  readonly name: string
  readonly capacity: number
  readonly side: Side
  readonly control: SharedArrayBuffer
  readonly port: MessagePort
  /** Items that had been received already, and the number of the first of them. */
  readonly received: readonly unknown[]
  readonly next: number
}

const kind = { item: 0, end: 1, hello: 2, wake: 3, abort: 4, passenger: 5 } as const

type Message =
  | readonly [typeof kind.item, unknown]
  | readonly [typeof kind.passenger, LinkParts]
  | readonly [typeof kind.end, EncodedError | undefined]
  | readonly [typeof kind.hello, SharedArrayBuffer]
  | readonly [typeof kind.wake]
  | readonly [typeof kind.abort, EncodedError]

/** Whom a link tells. */
export interface LinkOwner {
  /** Something came by the event loop. */
  arrived(): void
  /** The port closed, by whomever. */
  portClosed(): void
  /** Makes an end that arrived a channel of this thread. */
  adopt(parts: LinkParts): unknown
}

/** How the end of a direction was told. */
export interface LinkEnd {
  readonly error?: unknown
}

/** One end of the way between two threads: a port for what is sent, a control block for what is counted. */
export class Link {
  readonly side: Side
  readonly peer: Side
  readonly control: ControlBlock
  readonly inbox: ItemQueue<unknown> = new ItemQueue()
  /** The other side's direction is over, after what is in the inbox. */
  peerEnd: LinkEnd | undefined
  /** The other side gave everything up, with this reason. */
  aborted: { readonly reason: unknown } | undefined
  readonly #port: MessagePort
  readonly #owner: LinkOwner
  #next: number
  #peerBell: Bell | undefined
  #peerOpened = 0

  constructor(parts: LinkParts, control: ControlBlock, owner: LinkOwner) {
    this.side = parts.side
    this.peer = parts.side === 0 ? 1 : 0
    this.control = control
    this.#port = parts.port
    this.#owner = owner
    this.#next = parts.next
    for (const item of parts.received) this.inbox.push(item)
  }

  open(): void {
    this.#port.on('message', this.#onMessage)
    this.#port.on('close', this.#onClose)
    this.#port.unref()
    this.#post([kind.hello, ownBell.buffer])
    this.control.countOpened(this.side)
  }

  /** Lets go of the port, with what came by it. */
  detach(): Pick<LinkParts, 'port' | 'received' | 'next'> {
    this.#port.off('message', this.#onMessage)
    this.#port.off('close', this.#onClose)
    const received: unknown[] = []
    while (this.inbox.size > 0) received.push(this.inbox.shift())
    return { port: this.#port, received, next: this.#next }
  }

  /** Whether a wait here keeps the process from ending. */
  hold(isHeld: boolean): void {
    if (isHeld) this.#port.ref()
    else this.#port.unref()
  }

  /** @returns the number of the item. @throws what `postMessage` throws; nothing is counted then. */
  sendItem(item: unknown, transfer: readonly Transferable[]): number {
    this.#post([kind.item, item], transfer)
    return this.#sent()
  }

  sendPassenger(parts: LinkParts, transfer: readonly Transferable[]): number {
    this.#post([kind.passenger, parts], transfer)
    return this.#sent()
  }

  sendEnd(error: unknown): void {
    this.#post([kind.end, error === undefined ? undefined : encodeError(error)])
    if (this.control.reader(this.peer) === inAtomics) this.#ring()
  }

  sendAbort(reason: unknown): void {
    this.#post([kind.abort, encodeError(reason)])
  }

  /** Takes the next item; `undefined`: there is none now. */
  take(): { readonly value: unknown } | undefined {
    for (;;) {
      if (this.inbox.size === 0) this.#receiveItem()
      if (this.inbox.size === 0) return undefined
      const value = this.inbox.shift()
      const number = this.#next
      this.#next = (number + 1) | 0
      // Its sender may have taken it back.
      if (!this.control.claim(this.peer, number)) continue
      this.#wakeWriter()
      return { value }
    }
  }

  hasItem(): boolean {
    for (;;) {
      if (this.inbox.size === 0) this.#receiveItem()
      if (this.inbox.size === 0) return false
      if (this.control.nextTaken(this.peer) === this.#next) return true
      this.inbox.shift()
      this.#next = (this.#next + 1) | 0
    }
  }

  /** Takes in everything that was posted so far. */
  receiveAll(): void {
    for (let next = receiveMessageOnPort(this.#port); next; ) {
      this.#receive(next.message as Message)
      next = receiveMessageOnPort(this.#port)
    }
  }

  /** Makes the other side look, however it waits. */
  wakePeer(): void {
    const { control, peer } = this
    this.#post([kind.wake])
    if (control.reader(peer) === inAtomics || control.writer(peer) === inAtomics) this.#ring()
  }

  closePort(): void {
    this.#port.close()
  }

  #sent(): number {
    const number = this.control.countSent(this.side)
    if (this.control.reader(this.peer) === inAtomics) this.#ring()
    return number
  }

  #wakeWriter(): void {
    const how = this.control.writer(this.peer)
    if (how === inAtomics) this.#ring()
    else if (how !== 0 && this.control.wakeWriterInLoop(this.peer)) this.#post([kind.wake])
  }

  #ring(): void {
    const opened = this.control.timesOpened(this.peer)
    // The other side told its bell by message before it counted, and may have moved to another thread since.
    if (opened !== this.#peerOpened) {
      this.#peerOpened = opened
      this.receiveAll()
      queueMicrotask(() => this.#owner.arrived())
    }
    this.#peerBell?.ring()
  }

  #receiveItem(): void {
    while (this.inbox.size === 0) {
      const next = receiveMessageOnPort(this.#port)
      if (next === undefined) return
      this.#receive(next.message as Message)
    }
  }

  #receive(message: Message): void {
    switch (message[0]) {
      case kind.item:
        this.inbox.push(message[1])
        return
      case kind.passenger:
        this.inbox.push(this.#owner.adopt(message[1]))
        return
      case kind.hello:
        this.#peerBell = new Bell(message[1])
        return
      case kind.end:
        this.peerEnd ??= message[1] === undefined ? {} : { error: decodeError(message[1]) }
        return
      case kind.abort:
        this.aborted ??= { reason: decodeError(message[1]) }
        return
      default:
        return
    }
  }

  #post(message: Message, transfer?: readonly Transferable[]): void {
    if (transfer?.length) this.#port.postMessage(message, transfer)
    else this.#port.postMessage(message)
  }

  readonly #onMessage = (message: Message): void => {
    this.#receive(message)
    this.#owner.arrived()
  }

  readonly #onClose = (): void => this.#owner.portClosed()
}
