import { connect, type Socket } from 'node:net'
import { type Deferred, deferred } from '../internal/deferred.js'
import { onMessage, sendMessage } from './json-lines.js'

/** What a body sends to the gate, one JSON text a line. */
export type FromBody =
  | { readonly kind: 'event'; readonly id: string; readonly event: string; readonly data?: unknown }
  | { readonly kind: 'pong' }

/** What the gate sends to a body. */
export type FromGate =
  | { readonly kind: 'recorded' }
  | { readonly kind: 'release' }
  | { readonly kind: 'ping' }

/**
 * The body's end of the gate: a body reports what it does and goes on when the gate has it on record, so that the
 * order of the record is the order of things, on whichever thread, process or machine the body runs.
 */
export class GateClient {
  readonly id: string
  readonly #socket: Socket
  readonly #released: Deferred<void> = deferred()
  readonly #unrecorded: Deferred<void>[] = []

  private constructor(id: string, socket: Socket) {
    this.id = id
    this.#socket = socket
    onMessage<FromGate>(socket, (message) => this.#receive(message))
    socket.on('error', () => {})
    socket.on('close', () => this.#lost())
    this.#released.promise.catch(() => {})
  }

  static async enter(port: number, id: string): Promise<GateClient> {
    const socket = connect(port, '127.0.0.1')
    await new Promise<void>((resolve, reject) => {
      socket.once('connect', resolve)
      socket.once('error', reject)
    })
    socket.setNoDelay(true)
    return new GateClient(id, socket)
  }

  /** Resolves when the gate has recorded the event. */
  async report(event: string, data?: unknown): Promise<void> {
    const recorded = deferred()
    this.#unrecorded.push(recorded)
    this.#send({ kind: 'event', id: this.id, event, data })
    await recorded.promise
  }

  /** Resolves when the check lets this body go on. */
  released(): Promise<void> {
    return this.#released.promise
  }

  leave(): void {
    this.#socket.end()
  }

  #send(message: FromBody): void {
    sendMessage(this.#socket, message)
  }

  #receive(message: FromGate): void {
    if (message.kind === 'recorded') this.#unrecorded.shift()?.resolve()
    else if (message.kind === 'release') this.#released.resolve()
    else this.#send({ kind: 'pong' })
  }

  /** The check is over: whoever still waits for it ends. */
  #lost(): void {
    this.#released.resolve()
    for (const recorded of this.#unrecorded.splice(0)) recorded.resolve()
  }
}
