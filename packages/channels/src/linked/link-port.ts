import { type MessagePort, receiveMessageOnPort } from 'node:worker_threads'
import type { Transferable } from '@conc/core'
import { Bell } from './bell.js'
import { kind, type Message } from './messages.js'

/** Whom a port tells. */
export interface PortOwner {
  receive(message: Message): void
  /** Something was received by the event loop. */
  arrived(): void
  /** The port closed, by whomever. */
  portClosed(): void
}

/**
 * One of a pair of ports, with what is known of the thread at the other. Two threads make it once for all the links that
 * they have one after the other.
 */
export class LinkPort {
  readonly port: MessagePort
  /** Of the thread at the other port. */
  bell: Bell | undefined
  /** Messages so far: what a link posts belongs to it and not to the next one. */
  posted = 0
  #received = 0
  /** Whether ends of channels were posted: where they arrive too late, somebody has to be told. */
  #hasCarriedEnds = false
  #owner: PortOwner | undefined
  #isListening = false
  /** Reading from a port that has closed would crash the process. */
  #isClosed = false
  /** What came while there was no owner. */
  readonly #early: Message[] = []

  constructor(port: MessagePort, bell?: SharedArrayBuffer) {
    this.port = port
    this.bell = bell && new Bell(bell)
    port.on('close', this.#onClose)
  }

  /**
   * Tells `owner` from now on.
   *
   * @param first the number of its first message.
   * @returns whether it was open before, and the other side thus knows this thread.
   */
  open(owner: PortOwner, first: number): boolean {
    const wasListening = this.#isListening
    if (wasListening) this.#dropBefore(first)
    else this.#listen()
    this.#owner = owner
    for (const message of this.#early.splice(0)) owner.receive(message)
    if (this.#isClosed) owner.portClosed()
    return wasListening
  }

  /** Belongs to nobody from now on. */
  leave(): void {
    if (this.#hasCarriedEnds) this.post([kind.over])
    this.#hasCarriedEnds = false
    this.hold(false)
    this.#owner = undefined
  }

  /** Lets go of the port, to be handed over with all that is on its way. */
  detach(): MessagePort {
    this.port.off('message', this.#onMessage)
    this.port.off('close', this.#onClose)
    return this.port
  }

  post(message: Message, transfer?: readonly Transferable[]): void {
    if (transfer?.length) this.port.postMessage(message, transfer)
    else this.port.postMessage(message)
    this.posted++
    if (message[0] === kind.passenger) this.#hasCarriedEnds = true
  }

  hold(isHeld: boolean): void {
    if (isHeld) this.port.ref()
    else this.port.unref()
  }

  /** Takes in one message that has come; `false`: there is none. */
  receiveOne(): boolean {
    if (this.#isClosed) return false
    const next = receiveMessageOnPort(this.port)
    if (next === undefined) return false
    this.#receive(next.message as Message)
    return true
  }

  close(): void {
    this.#isClosed = true
    this.port.close()
  }

  #listen(): void {
    this.#isListening = true
    this.port.on('message', this.#onMessage)
    this.port.unref()
  }

  #dropBefore(first: number): void {
    while (this.receiveOne());
    this.#drop(this.#early.length - (this.#received - first))
  }

  #drop(count: number): void {
    for (const message of this.#early.splice(0, count)) {
      if (message[0] === kind.passenger) message[1].port.close()
    }
  }

  #receive(message: Message): void {
    this.#received++
    if (message[0] === kind.hello) this.bell = new Bell(message[1])
    else if (this.#owner) this.#owner.receive(message)
    else this.#early.push(message)
    if (message[0] === kind.over) this.#drop(this.#early.length)
  }

  readonly #onMessage = (message: Message): void => {
    this.#receive(message)
    this.#owner?.arrived()
  }

  readonly #onClose = (): void => {
    this.#isClosed = true
    this.#owner?.portClosed()
  }
}
