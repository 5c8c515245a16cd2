import { createServer, type Server, type Socket } from 'node:net'
import { setImmediate } from 'node:timers/promises'
import { checkObject, checkSignal, type Deferred, deferred } from '@conc/core/internal'
import type { BaseTaskPool } from '../../base-task-pool.js'
import { commandTable } from '../command-table/table.js'
import { ControlError } from '../errors.js'
import { type ControlServerOptions, type ServerSettings, serverSettings } from './server-options.js'
import { Session, type SessionInit } from './session.js'
import { TokenCheck } from './token.js'

/** Where a control server listens. */
export type ControlAddress =
  | { readonly host: string; readonly port: number }
  | { readonly path: string }

const connectionOptions = {
  allowHalfOpen: true,
  noDelay: true,
  keepAlive: true,
  keepAliveInitialDelay: 30_000,
}

/**
 * Lets others run a pool by text commands while it works. Closing it leaves the pool alone.
 *
 * A client's first line is a JSON object (`{}` will do); then it sends a command per line. `-h` shows them all.
 *
 * @example
 * async function serving(server: ControlServer, work: () => Promise<void>): Promise<void> {
 *   await server.start()
 *   console.log(server.address)
 *   await work()
 *   await server.close()
 * }
 */
export abstract class ControlServer implements AsyncDisposable {
  readonly pool: BaseTaskPool
  /** Resolves when the server was closed. */
  readonly closed: Promise<void>
  readonly #settings: ServerSettings
  readonly #token: TokenCheck
  /** Each with the promise of its end. */
  readonly #sessions = new Map<Session, Promise<void>>()
  readonly #server: Server
  readonly #closed: Deferred<void> = deferred()
  #state: 'new' | 'serving' | 'closing' = 'new'
  #starting: Promise<this> | undefined
  #closing: Promise<void> | undefined

  protected constructor(pool: BaseTaskPool, options: ControlServerOptions) {
    this.#settings = serverSettings(pool, options)
    this.pool = pool
    this.closed = this.#closed.promise
    this.#token = new TokenCheck(this.#settings.token)
    // A client may close its half when it has said all: the replies still go out. Whether it is still there shows only
    // when it is asked.
    this.#server = createServer(connectionOptions, (socket) => this.#meet(socket))
    // Of a client that could not be accepted: the others are served on.
    this.#server.on('error', () => {})
  }

  /** Where it listens; the port is known once it serves. */
  abstract get address(): ControlAddress

  /** Begins to listen. @throws {ControlAddressError} the address is taken. */
  protected abstract listen(server: Server): Promise<void>
  /** The server has stopped listening. */
  protected abstract cleanUp(): Promise<void>

  get isServing(): boolean {
    return this.#state === 'serving'
  }

  /** Clients that are connected. */
  get sessions(): number {
    return this.#sessions.size
  }

  /**
   * Begins to serve.
   *
   * @returns the server itself; rejects with `ControlAddressError` where the address is taken, with `ControlError` once
   *   the server was closed.
   */
  start(): Promise<this> {
    this.#starting ??= this.#start()
    return this.#starting
  }

  /** Serves until the server is closed. @param options.signal closes it. */
  serveForever(options: { readonly signal?: AbortSignal } = {}): Promise<void> {
    checkObject('options', options)
    checkSignal(options.signal)
    return this.#serveUntil(options.signal)
  }

  async #serveUntil(signal: AbortSignal | undefined): Promise<void> {
    const close = (): void => void this.close()
    signal?.addEventListener('abort', close, { once: true })
    try {
      if (signal?.aborted) close()
      else await this.start()
      await this.closed
    } finally {
      signal?.removeEventListener('abort', close)
    }
  }

  /** Stops listening and ends the sessions. Commands that run go on; nobody is told of their end. Idempotent. */
  close(): Promise<void> {
    this.#closing ??= this.#close()
    return this.#closing
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close()
  }

  async #start(): Promise<this> {
    if (this.#closing !== undefined) throw new ControlError('the control server is closed')
    try {
      await this.listen(this.#server)
    } catch (error) {
      this.#starting = undefined
      throw error
    }
    if (this.#state === 'new') this.#state = 'serving'
    return this
  }

  async #close(): Promise<void> {
    const starting = this.#starting
    this.#state = 'closing'
    await starting?.catch(() => {})
    const stopped = new Promise<void>((resolve) => this.#server.close(() => resolve()))
    // Often it was a command that closed the pool and so led here: its reply is on its way.
    await setImmediate()
    for (const session of this.#sessions.keys()) void session.end()
    await Promise.all(this.#sessions.values())
    await stopped
    await this.cleanUp()
    this.#closed.resolve()
  }

  #meet(socket: Socket): void {
    const session = new Session(this.#sessionInit(socket))
    if (this.#state === 'closing' || !this.#makeRoom()) {
      session.refuse(new ControlError('too many sessions'))
      return
    }
    const over = session.run().finally(() => this.#sessions.delete(session))
    this.#sessions.set(session, over)
  }

  /** Where there are too many, one whose client has said all, and perhaps is gone, leaves. @returns whether there is room. */
  #makeRoom(): boolean {
    const sessions = [...this.#sessions.keys()].filter(({ isEnding }) => !isEnding)
    if (sessions.length < this.#settings.maxSessions) return true
    const silent = sessions.find(({ isSilent }) => isSilent)
    void silent?.end()
    return silent !== undefined
  }

  #sessionInit(socket: Socket): SessionInit {
    const { maxLineBytes, handshakeTimeoutMs, functions } = this.#settings
    return {
      socket,
      poolName: this.pool.name,
      commands: commandTable(this.pool, functions),
      maxLineBytes,
      handshakeTimeoutMs,
      isTokenValid: (token) => this.#token.accepts(token),
    }
  }
}
