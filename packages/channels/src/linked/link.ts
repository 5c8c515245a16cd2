import { type MessagePort, receiveMessageOnPort } from 'node:worker_threads'
import { decodeError, encodeError, type Transferable } from '@conc/core'
import type { End } from '../channel/channel.js'
import { Bell, ownBell } from './bell.js'
import { awake, type ControlBlock, inAtomics, type Side, type Sleep } from './control-block.js'
import { kind, type LinkParts, type LinkState, type Message } from './messages.js'
import { Receiver } from './receiver.js'
import { Sender, type Wire } from './sender.js'

/** Whom a link tells. */
export interface LinkOwner {
  /** Something came by the event loop. */
  arrived(): void
  /** The port closed, by whomever. */
  portClosed(): void
  /** Makes an end that arrived a channel of this thread. */
  adopt(parts: LinkParts): unknown
}

/** One end of the way between two threads: the port, and what comes and goes by it. */
export class Link implements Wire {
  readonly side: Side
  readonly peer: Side
  readonly sender: Sender
  readonly receiver: Receiver
  /** The other side's direction is over, after the items it sent. */
  peerEnd: End | undefined
  /** The other side gave everything up, with this reason. */
  aborted: { readonly reason: unknown } | undefined
  readonly #control: ControlBlock
  readonly #port: MessagePort
  readonly #owner: LinkOwner
  #peerBell: Bell | undefined
  #peerOpened = 0

  constructor(parts: LinkParts, control: ControlBlock, owner: LinkOwner) {
    this.side = parts.side
    this.peer = parts.side === 0 ? 1 : 0
    this.#control = control
    this.#port = parts.port
    this.#owner = owner
    this.sender = new Sender(parts, control, this)
    this.receiver = new Receiver(parts, control, this)
  }

  open(): void {
    this.#port.on('message', this.#onMessage)
    this.#port.on('close', this.#onClose)
    this.#port.unref()
    this.post([kind.hello, ownBell.buffer])
    this.#control.countOpened(this.side)
  }

  /** Lets go of the port, with all that is on its way. */
  detach(): LinkState {
    this.#port.off('message', this.#onMessage)
    this.#port.off('close', this.#onClose)
    return { port: this.#port, ...this.sender.detach(), ...this.receiver.detach() }
  }

  /** Whether a wait here keeps the process from ending. */
  hold(isHeld: boolean): void {
    if (isHeld) this.#port.ref()
    else this.#port.unref()
  }

  sendEnd(error: unknown): void {
    this.post([kind.end, error === undefined ? undefined : encodeError(error)])
    this.wake(this.#control.wakeBlockedReader(this.peer))
  }

  sendAbort(reason: unknown): void {
    this.post([kind.abort, encodeError(reason)])
  }

  post(message: Message, transfer?: readonly Transferable[]): void {
    if (transfer?.length) this.#port.postMessage(message, transfer)
    else this.#port.postMessage(message)
  }

  receiveOne(): boolean {
    const next = receiveMessageOnPort(this.#port)
    if (next === undefined) return false
    this.#receive(next.message as Message)
    return true
  }

  /** Takes in everything that was posted so far. */
  receiveAll(): void {
    while (this.receiveOne());
  }

  wake(how: Sleep): void {
    if (how === awake) return
    if (how === inAtomics) this.#ring()
    else this.post([kind.wake])
  }

  /** Makes the other side look, however it waits. */
  wakePeer(): void {
    this.post([kind.wake])
    const isReading = this.#control.reader(this.peer) === inAtomics
    if (isReading || this.#control.writer(this.peer) === inAtomics) this.#ring()
  }

  closePort(): void {
    this.#port.close()
  }

  #ring(): void {
    const opened = this.#control.timesOpened(this.peer)
    // The other side told its bell by message before it counted, and may have moved to another thread since.
    if (opened !== this.#peerOpened) {
      this.#peerOpened = opened
      this.receiveAll()
      queueMicrotask(() => this.#owner.arrived())
    }
    this.#peerBell?.ring()
  }

  #receive(message: Message): void {
    switch (message[0]) {
      case kind.item:
        this.receiver.receive(message[1])
        break
      case kind.passenger:
        this.receiver.receive(this.#owner.adopt(message[1]))
        break
      case kind.ring:
        this.receiver.useRing(message[1])
        break
      case kind.shape:
        this.receiver.learnShape(message[1], message[2])
        break
      case kind.hello:
        this.#peerBell = new Bell(message[1])
        break
      case kind.end:
        this.peerEnd ??= message[1] === undefined ? {} : { error: decodeError(message[1]) }
        break
      case kind.abort:
        this.aborted ??= { reason: decodeError(message[1]) }
        break
      case kind.wake:
        break
    }
  }

  readonly #onMessage = (message: Message): void => {
    this.#receive(message)
    this.#owner.arrived()
  }

  readonly #onClose = (): void => this.#owner.portClosed()
}
