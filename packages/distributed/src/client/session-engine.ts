import {
  type Capabilities,
  type CloseOptions,
  channels,
  type ExecutorError,
  type Load,
  TaskCancelledError,
} from '@conc/core'
import { Conditions, KeepAlive, Lifecycle, publish } from '@conc/core/internal'
import { RemoteCalls, type RemoteLimits } from '../calls/remote-calls.js'
import type { Connection } from '../connection/connection.js'
import type { Frame } from '../protocol/frame.js'
import { frameType } from '../protocol/frame-types.js'
import { closeCode } from '../protocol/limits.js'
import { decodeMeta, type Meta } from '../protocol/meta.js'
import type { ConnectSettings } from './connect-options.js'
import { urlOf } from './dial.js'
import { endedError, lostError } from './lost-error.js'
import type { OutgoingCall } from './outgoing-call.js'
import { OutgoingCalls } from './outgoing-calls.js'
import { Questions } from './questions.js'
import { type LinkEvents, SessionLink } from './session-link.js'
import { SessionLockRoute } from './session-lock-route.js'
import { sessionLog } from './session-log.js'
import { readLoad, type Welcome } from './welcome.js'

export type LinkState = 'connecting' | 'open' | 'reconnecting' | 'draining' | 'closed'

/** What a session is before it knows its server. */
const unknownCapabilities: Capabilities = {
  closures: false,
  streaming: true,
  durable: false,
  transfer: false,
  cancel: 'cooperative',
  delivery: 'at-most-once',
  values: 'wire',
  priority: true,
}

const nothingTold: Load = {
  concurrency: 0,
  running: 0,
  waiting: 0,
  queueLimit: Number.POSITIVE_INFINITY,
}

/** What a session consists of, and what follows for its calls from what happens to its connection. */
export class SessionEngine implements LinkEvents {
  readonly settings: ConnectSettings
  readonly url: string
  readonly name: string
  readonly link: SessionLink
  readonly outgoing: OutgoingCalls
  readonly calls: RemoteCalls
  readonly locks: SessionLockRoute
  readonly room: Conditions = new Conditions()
  readonly keepAlive: KeepAlive = new KeepAlive()
  readonly #limits: RemoteLimits & { maxPayloadBytes: number }
  readonly #questions: Questions
  readonly #lifecycle: Lifecycle
  #linkState: LinkState = 'connecting'
  #welcome: Welcome | undefined
  #told = nothingTold
  #endedBy: ExecutorError | undefined

  readonly #onDrain: () => void

  /** @param onDrain told when the server takes no more work. */
  constructor(settings: ConnectSettings, onDrain: () => void) {
    this.settings = settings
    this.#onDrain = onDrain
    this.url = urlOf(settings)
    this.name = settings.name ?? this.url
    const { maxPayloadBytes, prefetch, tagMatch, startTimeoutMs } = settings
    const log = sessionLog(this.name, settings)
    this.#limits = { maxPayloadBytes, prefetch, tagMatch, startTimeoutMs, log }
    this.outgoing = new OutgoingCalls(() => this.#changed())
    this.#questions = new Questions(this.name, () => this.outgoing.takeId(), this.keepAlive)
    const changed = (): void => this.#changed()
    this.calls = new RemoteCalls(this.outgoing, this.#limits, changed, this.keepAlive)
    this.locks = new SessionLockRoute(this.#questions, () => this.#checkUsable())
    this.link = new SessionLink(settings, this)
    this.#lifecycle = new Lifecycle(this.name, {
      isIdle: () => this.calls.isEmpty && this.outgoing.size === 0,
      cancelAll: (reason) => this.#cancelAll(reason),
      release: () => this.#release(),
    })
  }

  get id(): string {
    return this.#welcome?.session ?? ''
  }

  /** Of the connection. */
  get linkState(): LinkState {
    return this.#linkState
  }

  get state(): LinkState {
    const { state } = this.#lifecycle
    return state === 'open' ? this.#linkState : state
  }

  /** Whether it takes calls, or may take them later. */
  get isUsable(): boolean {
    return this.#lifecycle.isOpen && this.#linkState !== 'closed'
  }

  get tasks(): ReadonlyMap<string, string | undefined> {
    return this.#welcome?.tasks ?? new Map()
  }

  get capabilities(): Capabilities {
    const server = this.#welcome?.capabilities ?? unknownCapabilities
    return { ...server, closures: false, durable: false, transfer: false, values: 'wire' }
  }

  /** The server's load, as it told it last. */
  get told(): Load {
    return this.#told
  }

  /** The server's executor as last told, and at least what this session has sent; only that where there is no connection. */
  get load(): Load {
    const { size, running: own } = this.outgoing
    const isTelling = this.#linkState === 'open' || this.#linkState === 'draining'
    const told = isTelling ? this.#told : nothingTold
    return {
      concurrency: this.#linkState === 'open' ? told.concurrency : 0,
      running: Math.max(told.running, own),
      waiting: Math.max(told.waiting, size - own),
      queueLimit: this.settings.queueLimit,
    }
  }

  /** Asks the server about itself. Rejects where there is no connection. */
  async ask(type: number, meta: Meta): Promise<Frame> {
    this.#checkUsable()
    return await this.#questions.answerTo(type, meta)
  }

  /** Resolves when the server has gone. */
  async serverGone(): Promise<void> {
    await this.room.until(() => this.#questions.connection === undefined || !this.isUsable)
  }

  close(options?: CloseOptions): Promise<void> {
    const closed = this.#lifecycle.close(options)
    this.room.check()
    return closed
  }

  closedError(): Error {
    return this.#endedBy ? endedError(this.name, this.#endedBy) : this.#lifecycle.closedError()
  }

  opened(connection: Connection, welcome: Welcome): void {
    this.#questions.connection = connection
    this.#welcome = welcome
    this.#told = welcome.load
    this.#limits.maxPayloadBytes = Math.min(this.settings.maxPayloadBytes, welcome.maxPayloadBytes)
    this.#become('open')
    this.locks.lease.begin(welcome.leaseMs, welcome.resumeMs)
    this.outgoing.connect(connection, welcome)
  }

  received(frame: Frame): void {
    const { type, meta } = frame
    if (type === frameType.load) this.#told = readLoad(decodeMeta(meta)) ?? this.#told
    else if (type === frameType.goAway) this.#drain()
    else if (type === frameType.lost) this.locks.lost(Number(decodeMeta(meta)?.token))
    else if (!this.#questions.received(frame) && !this.outgoing.received(frame)) {
      this.#questions.connection?.fault()
    }
    if (type === frameType.load) this.room.check()
  }

  lost(): void {
    this.outgoing.interrupt()
    this.locks.lease.interrupted()
    this.#become('reconnecting', 'lost')
  }

  resumed(): void {
    this.#become('open', 'resumed')
    this.locks.lease.resumed()
    const { connection } = this.#questions
    if (connection && this.#welcome) this.outgoing.connect(connection, this.#welcome)
  }

  reset(cause: unknown): void {
    this.#questions.connection = undefined
    this.outgoing.connect(undefined)
    if (this.#linkState !== 'closed') this.#linkState = 'reconnecting'
    this.#tell('reset')
    this.outgoing.resetWritten((call) => lostError(call, this, cause))
    this.#questions.rejectAll(cause)
    this.locks.reset(cause)
    this.room.check()
  }

  away(cause: unknown): void {
    this.outgoing.resetAll((call) => lostError(call, this, cause))
  }

  ended(cause: ExecutorError | undefined): void {
    this.#endedBy = cause
    this.#become('closed')
    this.outgoing.resetAll((call) => lostError(call, this, cause))
    this.#questions.rejectAll(cause)
    this.locks.reset(cause)
    this.outgoing.bodies.end()
    this.#changed()
  }

  #checkUsable(): void {
    if (!this.isUsable) throw this.closedError()
  }

  #drain(): void {
    this.#become('draining')
    this.#onDrain()
  }

  #become(state: LinkState, event: string = state): void {
    if (this.#linkState === state) return
    this.#linkState = state
    this.#tell(event)
    this.room.check()
  }

  #tell(event: string): void {
    publish(channels.session, event, this.name, () => ({ id: this.id }))
  }

  #changed(): void {
    this.#lifecycle?.check()
    this.room.check()
  }

  #cancelAll(reason: TaskCancelledError): void {
    this.calls.interruptAll(reason)
    // Those of others, which it has passed on.
    this.outgoing.abandonAll((call) => this.#closedBefore(call, reason.message))
  }

  #closedBefore({ task, started }: OutgoingCall, message: string): TaskCancelledError {
    return new TaskCancelledError(message, { origin: 'close', executor: this.name, task, started })
  }

  #release(): void {
    const code = closeCode.normal
    this.locks.closing()
    this.#become('closed')
    this.link.close(code, 'The session was closed.')
    const text = `Executor '${this.name}' was closed.`
    const reason = new TaskCancelledError(text, { origin: 'close', executor: this.name })
    this.outgoing.resetAll((call) => this.#closedBefore(call, text))
    this.#questions.rejectAll(this.#lifecycle.closedError())
    this.locks.reset(reason)
    this.outgoing.bodies.end()
    this.keepAlive.end()
  }
}
