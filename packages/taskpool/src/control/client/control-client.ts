import type { Socket } from 'node:net'
import { ConnectionLostError, InvalidOptionError, RemoteError } from '@conc/core'
import {
  checkKeys,
  checkObject,
  checkSignal,
  type Deferred,
  deferred,
  unlessAborted,
} from '@conc/core/internal'
import { ControlCommandError } from '../errors.js'
import type { Reply } from '../wire/reply.js'
import { Connection } from './connection.js'

/** Options of a control client. */
export interface ControlClientOptions {
  /** The token of the server, if it has one. */
  readonly token?: string
}

/** Options of `connect`. */
export interface ConnectOptions {
  /** Ends the attempt. */
  readonly signal?: AbortSignal
  /** Columns for the lines of help. Default 80. */
  readonly terminalWidth?: number
}

/** Options of one command. */
export interface RequestOptions {
  /** Ends the wait, not the command. */
  readonly signal?: AbortSignal
}

/**
 * Sends commands to a control server.
 *
 * @example
 * async function halve(client: ControlClient): Promise<void> {
 *   const size = Number(await client.call('pool-size'))
 *   await client.call(`pool-size ${Math.floor(size / 2)}`)
 * }
 */
export abstract class ControlClient implements AsyncDisposable {
  /** Resolves when the connection is over, or the client was closed. */
  readonly closed: Promise<void>
  readonly #token: string | undefined
  readonly #closed: Deferred<void> = deferred()
  #connection: Connection | undefined
  #connecting: Promise<this> | undefined
  #poolName = ''

  protected constructor(options: ControlClientOptions) {
    checkObject('options', options)
    checkKeys('options', options, ['token'])
    if (options.token !== undefined && typeof options.token !== 'string') {
      throw new InvalidOptionError('token', 'a string', options.token)
    }
    this.#token = options.token
    this.closed = this.#closed.promise
  }

  /** Where the server is, in words. */
  protected abstract get place(): string
  protected abstract open(): Socket

  /** The name of the pool; empty before `connect`. */
  get poolName(): string {
    return this.#poolName
  }

  /**
   * Connects; once.
   *
   * @returns the client itself; rejects with `ConnectionLostError` where nobody answers, with `AuthenticationError` for a
   *   wrong token.
   */
  connect(options: ConnectOptions = {}): Promise<this> {
    checkObject('options', options)
    checkKeys('options', options, ['signal', 'terminalWidth'])
    checkSignal(options.signal)
    this.#connecting ??= this.#connect(options)
    return this.#connecting
  }

  /** Sends one command. @returns the text of the reply, of an error too. */
  send(line: string, options: RequestOptions = {}): Promise<string> {
    return this.request(line, options).then(({ text }) => text)
  }

  /**
   * Sends one command.
   *
   * @returns its value, as JSON has it; rejects with `ControlCommandError` where the command failed.
   * @example
   * await client.call('get-group-ids start-group-0')      // [0, 1, 2]
   */
  call(line: string, options: RequestOptions = {}): Promise<unknown> {
    return this.request(line, options).then((reply) => valueIn(reply, line))
  }

  /** Ends the connection. Idempotent. */
  async close(): Promise<void> {
    await this.#connection?.close()
    this.#closed.resolve()
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close()
  }

  /** @internal */
  request(line: string, options: RequestOptions): Promise<Reply> {
    if (typeof line !== 'string' || /[\r\n]/.test(line)) {
      throw new InvalidOptionError('line', 'one line of text', line)
    }
    checkSignal(options.signal)
    return this.#ask(line, options.signal)
  }

  async #ask(line: string, signal: AbortSignal | undefined): Promise<Reply> {
    if (this.#connection === undefined) throw new ConnectionLostError('Connect the client first.')
    return await this.#connection.ask(line, signal)
  }

  async #connect({ signal, terminalWidth }: ConnectOptions): Promise<this> {
    signal?.throwIfAborted()
    const connection = new Connection(this.open(), this.place, {
      ...(terminalWidth !== undefined && { terminal_width: terminalWidth }),
      ...(this.#token !== undefined && { token: this.#token }),
    })
    this.#connection = connection
    void connection.closed.then(() => this.#closed.resolve())
    try {
      this.#poolName = await unlessAborted(() => connection.greeted, signal)
    } catch (error) {
      await connection.close()
      throw error
    }
    return this
  }
}

/** @throws {ControlCommandError} the command failed. */
function valueIn(reply: Reply, line: string): unknown {
  if (reply.ok) return reply.value
  const { name, code, message } = reply.error
  const cause = new RemoteError(message, {
    name,
    ...(code && { code: code as `CONC_${string}` }),
  })
  throw new ControlCommandError(line, reply.text, { cause })
}
