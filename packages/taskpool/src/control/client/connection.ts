import type { Socket } from 'node:net'
import { AuthenticationError, ConnectionLostError } from '@conc/core'
import { type Deferred, deferred } from '@conc/core/internal'
import { ControlError } from '../errors.js'
import { LineReader } from '../wire/line-reader.js'
import type { Reply } from '../wire/reply.js'

/** What a client says first. */
export interface Greeting {
  readonly terminal_width?: number
  readonly token?: string
}

/** One connection to a control server, in JSON framing. */
export class Connection {
  /** Resolves when it is over. */
  readonly closed: Promise<void>
  readonly #socket: Socket
  readonly #place: string
  readonly #reader = new LineReader(Number.POSITIVE_INFINITY)
  readonly #pending = new Map<number, Deferred<Reply>>()
  readonly #greeted: Deferred<string> = deferred<string>()
  #isGreeted = false
  #isOver = false
  #failure: Error | undefined
  #lastId = 0

  /** @param place named in errors. */
  constructor(socket: Socket, place: string, greeting: Greeting) {
    this.#socket = socket
    this.#place = place
    this.#greeted.promise.catch(() => {})
    socket.on('data', (chunk: Buffer) => this.#receive(chunk))
    socket.on('error', (error) => {
      this.#failure ??= error
    })
    this.closed = new Promise((resolve) => {
      socket.once('close', () => {
        this.#end()
        resolve()
      })
    })
    this.#write({ ...greeting, framing: 'json' })
  }

  /** Resolves with the pool's name when the server has accepted the client. */
  get greeted(): Promise<string> {
    return this.#greeted.promise
  }

  /** Asks one command; rejects with `ConnectionLostError` where the connection ends first. */
  async ask(command: string, signal: AbortSignal | undefined): Promise<Reply> {
    signal?.throwIfAborted()
    if (this.#isOver) throw this.#lost()
    const id = ++this.#lastId
    const answer = deferred<Reply>()
    const abandon = (): void => answer.reject(signal?.reason)
    this.#pending.set(id, answer)
    signal?.addEventListener('abort', abandon, { once: true })
    this.#write({ id, command })
    try {
      return await answer.promise
    } finally {
      this.#pending.delete(id)
      signal?.removeEventListener('abort', abandon)
    }
  }

  close(): Promise<void> {
    this.#socket.destroySoon()
    return this.closed
  }

  #write(message: object): void {
    this.#socket.write(`${JSON.stringify(message)}\n`)
  }

  #receive(chunk: Buffer): void {
    for (const line of this.#reader.push(chunk)) this.#take(line)
  }

  #take(line: string): void {
    const reply = parseReply(line)
    if (!this.#isGreeted) this.#welcome(line, reply)
    else if (typeof reply?.id === 'number') this.#pending.get(reply.id)?.resolve(reply)
  }

  #welcome(line: string, reply: Reply | undefined): void {
    this.#isGreeted = true
    if (reply?.ok) {
      this.#greeted.resolve(String(reply.value))
      return
    }
    const text = reply?.text ?? line
    const isToken = reply?.ok === false && reply.error.name === 'AuthenticationError'
    this.#greeted.reject(
      isToken
        ? new AuthenticationError(`The control server at ${this.#place} refused the token.`)
        : new ControlError(`The control server at ${this.#place} refused the client: ${text}`),
    )
    this.#socket.destroySoon()
  }

  #end(): void {
    this.#isOver = true
    const lost = this.#lost()
    this.#greeted.reject(lost)
    for (const answer of this.#pending.values()) answer.reject(lost)
  }

  #lost(): ConnectionLostError {
    const cause = this.#failure as NodeJS.ErrnoException | undefined
    if (cause?.code === 'ENOENT') return new ConnectionLostError(`No socket at ${this.#place}`)
    const reason = cause === undefined ? '' : `: ${cause.message}`
    const what = this.#isGreeted ? 'was lost' : 'failed'
    return new ConnectionLostError(
      `The connection to the control server at ${this.#place} ${what}${reason}`,
      { cause },
    )
  }
}

function parseReply(line: string): (Reply & { readonly id?: unknown }) | undefined {
  try {
    const value: unknown = JSON.parse(line)
    return typeof (value as Partial<Reply> | null)?.ok === 'boolean' ? (value as Reply) : undefined
  } catch {
    return undefined
  }
}
