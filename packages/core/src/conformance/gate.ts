import { createServer, type Server, type Socket } from 'node:net'
import { type Deferred, deferred } from '../internal/deferred.js'
import { Conditions } from '../internal/line/conditions.js'
import type { FromBody, FromGate } from './gate-client.js'
import { onMessage, sendMessage } from './json-lines.js'

/** One thing a body has done. `gone`: its connection ended. */
export interface GateEvent {
  readonly id: string
  readonly event: string
  readonly data: unknown
}

interface Visitor {
  readonly socket: Socket
  id: string | undefined
  readonly pings: Deferred<void>[]
}

/**
 * A server on the loopback that bodies of the kit connect to: it records what they do, in order, and holds them until
 * a check lets them go on. One way to steer bodies in this process, on threads, in processes and behind queues.
 */
export class Gate {
  readonly events: GateEvent[] = []
  readonly #server: Server
  readonly #visitors = new Set<Visitor>()
  readonly #released = new Set<string>()
  readonly #changes = new Conditions()
  #isOpen = false

  private constructor() {
    this.#server = createServer((socket) => this.#welcome(socket))
  }

  static async open(): Promise<Gate> {
    const gate = new Gate()
    await new Promise<void>((resolve) => gate.#server.listen(0, '127.0.0.1', resolve))
    return gate
  }

  get port(): number {
    const address = this.#server.address()
    return typeof address === 'object' && address !== null ? address.port : 0
  }

  /** Resolves with the first such event, which may have been long ago. */
  async seen(id: string, event: string): Promise<GateEvent> {
    const find = (): GateEvent | undefined =>
      this.events.find((one) => one.id === id && one.event === event)
    await this.#changes.until(() => find() !== undefined)
    return find() as GateEvent
  }

  count(id: string, event: string): number {
    return this.events.filter((one) => one.id === id && one.event === event).length
  }

  has(id: string, event: string): boolean {
    return this.count(id, event) > 0
  }

  /** The ids of all bodies that did `event`, in the order in which they did. */
  idsOf(event: string): string[] {
    return this.events.filter((one) => one.event === event).map((one) => one.id)
  }

  /** Lets the bodies of this id go on, those that come later too. */
  release(...ids: readonly string[]): void {
    for (const id of ids) this.#released.add(id)
    for (const visitor of this.#visitors) this.#letGo(visitor)
  }

  /** Lets everybody go on from now. */
  releaseAll(): void {
    this.#isOpen = true
    for (const visitor of this.#visitors) this.#letGo(visitor)
  }

  /** A round trip to each body that is connected; one whose loop is blocked or gone is not waited for. */
  async ping(): Promise<void> {
    await Promise.all([...this.#visitors].map((visitor) => this.#pingOne(visitor)))
  }

  async close(): Promise<void> {
    const closed = new Promise<void>((resolve) => this.#server.close(() => resolve()))
    for (const { socket } of this.#visitors) socket.destroy()
    await closed
  }

  #welcome(socket: Socket): void {
    const visitor: Visitor = { socket, id: undefined, pings: [] }
    this.#visitors.add(visitor)
    socket.setNoDelay(true)
    socket.on('error', () => {})
    socket.on('close', () => this.#left(visitor))
    onMessage<FromBody>(socket, (message) => this.#receive(visitor, message))
  }

  #receive(visitor: Visitor, message: FromBody): void {
    if (message.kind === 'pong') {
      visitor.pings.shift()?.resolve()
      return
    }
    visitor.id = message.id
    send(visitor, { kind: 'recorded' })
    this.#record(message.id, message.event, message.data)
    this.#letGo(visitor)
  }

  #record(id: string, event: string, data?: unknown): void {
    this.events.push({ id, event, data })
    this.#changes.check()
  }

  #letGo(visitor: Visitor): void {
    if (visitor.id === undefined) return
    if (this.#isOpen || this.#released.has(visitor.id)) send(visitor, { kind: 'release' })
  }

  async #pingOne(visitor: Visitor): Promise<void> {
    const pong = deferred()
    visitor.pings.push(pong)
    send(visitor, { kind: 'ping' })
    await pong.promise
  }

  #left(visitor: Visitor): void {
    this.#visitors.delete(visitor)
    for (const ping of visitor.pings.splice(0)) ping.resolve()
    if (visitor.id !== undefined) this.#record(visitor.id, 'gone')
  }
}

function send({ socket }: Visitor, message: FromGate): void {
  sendMessage(socket, message)
}
