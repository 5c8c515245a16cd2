import type { Socket } from 'node:net'
import { ConnectionLostError, type ExecutorError } from '@conc/core'
import { Cancellation, pause } from '@conc/core/internal'
import { Connection } from '../connection/connection.js'
import type { Frame } from '../protocol/frame.js'
import { frameType } from '../protocol/frame-types.js'
import { closeCode, protocolName } from '../protocol/limits.js'
import { encodeMeta } from '../protocol/meta.js'
import type { ConnectSettings } from './connect-options.js'
import { type Dialled, dial } from './dial.js'
import { isRefused, isWorthRetrying } from './dial-errors.js'
import { closeError } from './lost-error.js'
import { pauseMs, rest } from './redial-pause.js'
import { readWelcome, type Welcome } from './welcome.js'

/** What a session is told by its link. */
export interface LinkEvents {
  /** There is a connection to a session of the server: a new one, nothing of before goes on. */
  opened(connection: Connection, welcome: Welcome): void
  received(frame: Frame): void
  /** The socket broke. What is in flight may go on. */
  lost(): void
  /** It goes on as if nothing had happened. */
  resumed(): void
  /** What was in flight is lost; there may be another connection later. */
  reset(cause: unknown): void
  /** There was none for too long: no call waits for one any more, though it is still being tried. */
  away(cause: unknown): void
  /** There will be no other connection. */
  ended(cause: ExecutorError | undefined): void
}

/** Keeps a session connected: dials, takes up again where a socket broke, and knows when to give up. */
export class SessionLink {
  readonly #settings: ConnectSettings
  readonly #events: LinkEvents
  /** Ends whatever is being waited for. */
  readonly #stop = new Cancellation()
  #connection: Connection | undefined
  #socket: Socket | undefined
  #session: string | undefined
  #welcomed: { resolve(): void; reject(error: unknown): void } | undefined
  #isHolding = false
  #hasWarned = false

  constructor(settings: ConnectSettings, events: LinkEvents) {
    this.#settings = settings
    this.#events = events
  }

  /** Connects for the first time. @throws what the last try failed with. */
  async open(): Promise<void> {
    const { retries, retryDelayMs } = this.#settings
    for (let tries = 0; ; tries++) {
      try {
        await this.#dialNew()
        return
      } catch (error) {
        if (tries >= retries || !isWorthRetrying(error)) throw error
        await pause(retryDelayMs, this.#stop)
      }
    }
  }

  /** Connects, now or at any time. */
  openLazily(): void {
    void this.#reconnect(0)
  }

  /** Whether the connection keeps the process alive, as work in flight does. */
  hold(isHolding: boolean): void {
    this.#isHolding = isHolding
    if (isHolding) this.#socket?.ref()
    else this.#socket?.unref()
  }

  close(code: number, reason: string): void {
    this.#stop.cancel(new ConnectionLostError(reason, { started: false }))
    const connection = this.#connection
    this.#connection = undefined
    connection?.close(code, reason)
  }

  async #dialNew(): Promise<void> {
    await this.#withinTime(async (signal) => await this.#greet(await this.#dial(signal)))
  }

  async #dial(signal: AbortSignal, isResuming = false): Promise<Dialled> {
    const session = this.#session
    const seq = this.#connection?.lastSeen
    const resume = isResuming && session && seq !== undefined ? { session, seq } : undefined
    const dialled = await dial(this.#settings, resume, signal)
    this.#socket = dialled.socket
    this.hold(this.#isHolding)
    return dialled
  }

  /** Begins a session on a socket. */
  async #greet(dialled: Dialled): Promise<void> {
    const connection: Connection = new Connection(
      {
        received: (frame) => this.#received(connection, frame),
        lost: () => this.#lost(connection),
        closed: (code, reason) => this.#closed(connection, code, reason),
      },
      this.#settings,
    )
    this.#connection = connection
    connection.attach(dialled)
    const { maxPayloadBytes, orphans } = this.#settings
    const hello = encodeMeta({ protocol: protocolName, features: [], maxPayloadBytes, orphans })
    connection.writer.add(frameType.hello, 0, hello)
    await new Promise<void>((resolve, reject) => {
      this.#welcomed = { resolve, reject }
    })
  }

  #received(connection: Connection, frame: Frame): void {
    if (connection !== this.#connection) return
    if (this.#welcomed === undefined) {
      this.#events.received(frame)
      return
    }
    const welcome = frame.type === frameType.welcome ? readWelcome(frame) : undefined
    if (welcome === undefined) {
      connection.fail(closeCode.protocol, 'The first frame has to be a WELCOME.')
      return
    }
    this.#session = welcome.session
    const { resolve } = this.#welcomed
    this.#welcomed = undefined
    this.#events.opened(connection, welcome)
    resolve()
  }

  #lost(connection: Connection): void {
    if (connection !== this.#connection) return
    if (this.#isGreeting(new ConnectionLostError('The connection broke.', { started: false })))
      return
    this.#events.lost()
    void this.#reconnect(this.#settings.reconnectMs)
  }

  #closed(connection: Connection, code: number, reason: string): void {
    if (connection !== this.#connection) return
    this.#connection = undefined
    const error = closeError(code, reason)
    if (this.#isGreeting(error)) return
    this.#events.reset(error)
    if (this.#settings.isLazy) void this.#reconnect(this.#settings.reconnectMs)
    else this.#events.ended(error)
  }

  /** Fails the greeting, where there is one. */
  #isGreeting(error: unknown): boolean {
    const welcomed = this.#welcomed
    if (welcomed === undefined) return false
    this.#welcomed = undefined
    this.#connection?.discard()
    this.#connection = undefined
    welcomed.reject(error)
    return true
  }

  async #reconnect(forMs: number): Promise<void> {
    const endsAt = performance.now() + forMs
    for (let tries = 0; !this.#stop.isCancelled; tries++) {
      try {
        await this.#withinTime((signal) => this.#goOn(signal))
        return
      } catch (error) {
        if (this.#stop.isCancelled) return
        // Whoever had the session is no more: nothing of it can go on.
        if (isRefused(error)) this.#forget(error)
        const isFinal = !(error instanceof ConnectionLostError)
        if ((isFinal || performance.now() >= endsAt) && this.#giveUp(error)) return
        if (isFinal) this.#warn(error)
        await rest(pauseMs(tries, isFinal), this.#stop)
      }
    }
  }

  /** One try: takes up the session, or begins a new one. */
  async #goOn(signal: AbortSignal): Promise<void> {
    const connection = this.#connection
    const dialled = await this.#dial(signal, connection !== undefined)
    const { ws, resumedAt } = dialled
    if (this.#stop.isCancelled) {
      ws.terminate()
      return
    }
    if (connection && resumedAt !== undefined && connection.canResumeAfter(resumedAt)) {
      connection.attach(dialled, resumedAt)
      this.#events.resumed()
      return
    }
    this.#forget(new ConnectionLostError('The server does not know the session any more.'))
    if (resumedAt === undefined) {
      await this.#greet(dialled)
      return
    }
    // The server would go on, and this side cannot.
    ws.close(closeCode.normal)
    await this.#greet(await this.#dial(signal))
  }

  #forget(cause: unknown): void {
    if (this.#connection === undefined) return
    this.#connection.discard()
    this.#connection = undefined
    this.#session = undefined
    this.#events.reset(cause)
  }

  /** It was tried for long enough. @returns whether it is not tried any more */
  #giveUp(error: unknown): boolean {
    const { isLazy } = this.#settings
    this.#forget(error)
    if (isLazy) this.#events.away(error)
    else this.#events.ended(error as ExecutorError)
    return !isLazy
  }

  #warn(error: unknown): void {
    if (this.#hasWarned) return
    this.#hasWarned = true
    process.emitWarning(`A lazy session keeps trying: ${(error as Error).message}`)
  }

  async #withinTime<T>(work: (signal: AbortSignal) => Promise<T>): Promise<T> {
    const { connectTimeoutMs, host, port } = this.#settings
    const controller = new AbortController()
    const tooLate = new ConnectionLostError(
      `No answer from ${host}:${port} within ${connectTimeoutMs} ms.`,
      { started: false },
    )
    const end = (reason: unknown): void => {
      controller.abort(reason)
      this.#isGreeting(reason)
    }
    const timer = setTimeout(() => end(tooLate), Math.min(connectTimeoutMs, 2 ** 31 - 1))
    const stopped = { cancelled: end }
    this.#stop.add(stopped)
    try {
      return await work(controller.signal)
    } finally {
      clearTimeout(timer)
      this.#stop.remove(stopped)
    }
  }
}
