import { decodeError, encodeError, type Transferable } from '@conc/core'
import type { End } from '../channel/channel.js'
import { ownBell } from './bell.js'
import { awake, type ControlBlock, inAtomics, type Side, type Sleep } from './control-block.js'
import type { LinkPort, PortOwner } from './link-port.js'
import { kind, type LinkParts, type LinkState, type Message } from './messages.js'
import { Receiver } from './receiver.js'
import { Sender, type Wire } from './sender.js'

/** Whom a link tells. */
export interface LinkOwner {
  /** Something came by the event loop. */
  arrived(): void
  /** Something was taken in before the event loop came to it, and no event will tell of it. */
  tookIn(): void
  /** The port closed, by whomever. */
  portClosed(): void
  /** Makes an end that arrived a channel of this thread. */
  adopt(parts: LinkParts): unknown
}

/** One end of the way between two threads: the port, and what comes and goes by it. */
export class Link implements Wire, PortOwner {
  readonly side: Side
  readonly peer: Side
  readonly sender: Sender
  readonly receiver: Receiver
  /** The other side's direction is over, after the items it sent. */
  peerEnd: End | undefined
  /** The other side gave everything up, with this reason. */
  aborted: { readonly reason: unknown } | undefined
  readonly #control: ControlBlock
  readonly #owner: LinkOwner
  readonly #first: number
  /** `undefined`: left to the next link. */
  #port: LinkPort | undefined
  #peerOpened: number

  constructor(parts: LinkParts, control: ControlBlock, owner: LinkOwner, port: LinkPort) {
    this.side = parts.side
    this.peer = parts.side === 0 ? 1 : 0
    this.#control = control
    this.#owner = owner
    this.#first = parts.firstMessage
    this.#port = port
    this.#peerOpened = parts.peerOpened
    // It ended well: an end that knows of anything else stays where it is.
    if (parts.hasPeerEnded) this.peerEnd = {}
    this.sender = new Sender(parts, control, this)
    this.receiver = new Receiver(parts, control, this)
  }

  open(): void {
    if (this.#port?.open(this, this.#first)) return
    this.post([kind.hello, ownBell.buffer])
    this.#control.countOpened(this.side)
  }

  /** Lets go of the port, with all that is on its way. */
  detach(): LinkState {
    const port = this.#port as LinkPort
    return {
      port: port.detach(),
      bell: port.bell?.buffer,
      peerOpened: this.#peerOpened,
      hasPeerEnded: this.peerEnd !== undefined,
      ...this.sender.detach(),
      ...this.receiver.detach(),
    }
  }

  /** Leaves the port to the next link between the two threads. */
  leavePort(): LinkPort | undefined {
    const port = this.#port
    this.#port = undefined
    port?.leave()
    return port
  }

  /** Whether a wait here keeps the process from ending. */
  hold(isHeld: boolean): void {
    this.#port?.hold(isHeld)
  }

  sendEnd(error: unknown): void {
    this.post([kind.end, error === undefined ? undefined : encodeError(error)])
    this.wake(this.#control.wakeBlockedReader(this.peer))
  }

  sendAbort(reason: unknown): void {
    this.post([kind.abort, encodeError(reason)])
  }

  post(message: Message, transfer?: readonly Transferable[]): void {
    this.#port?.post(message, transfer)
  }

  receiveOne(): boolean {
    const hasCome = this.#port?.receiveOne() ?? false
    if (hasCome) this.#owner.tookIn()
    return hasCome
  }

  /** Takes in everything that was posted so far. */
  receiveAll(): void {
    while (this.receiveOne());
  }

  wake(how: Sleep): void {
    if (how === awake) return
    if (how === inAtomics) this.#ring()
    else this.postWake()
  }

  /** Makes the event loop of the other side look. */
  postWake(): void {
    this.post([kind.wake])
  }

  /** Makes the other side look if it blocks. */
  ringPeer(): void {
    const isReading = this.#control.reader(this.peer) === inAtomics
    if (isReading || this.#control.writer(this.peer) === inAtomics) this.#ring()
  }

  closePort(): void {
    this.#port?.close()
  }

  arrived(): void {
    this.#owner.arrived()
  }

  portClosed(): void {
    this.#owner.portClosed()
  }

  receive(message: Message): void {
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
      case kind.end:
        this.peerEnd ??= message[1] === undefined ? {} : { error: decodeError(message[1]) }
        break
      case kind.abort:
        this.aborted ??= { reason: decodeError(message[1]) }
        break
      case kind.hello:
      case kind.wake:
      case kind.over:
        break
    }
  }

  #ring(): void {
    const opened = this.#control.timesOpened(this.peer)
    // The other side told its bell by message before it counted, and may have moved to another thread since.
    if (opened !== this.#peerOpened) {
      this.#peerOpened = opened
      this.receiveAll()
    }
    this.#port?.bell?.ring()
  }
}
