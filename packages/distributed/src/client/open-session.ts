import {
  type Capabilities,
  type CloseOptions,
  ConnectionLostError,
  channels,
  type ExecutorError,
  type Load,
  QueueFullError,
  type StreamWork,
  type SubmitOptions,
  type Task,
  TaskCancelledError,
  type Work,
} from '@conc/core'
import {
  assertNotImporting,
  type Bytes,
  Call,
  Conditions,
  captureContext,
  checkArguments,
  checkKeys,
  checkObject,
  checkPause,
  checkSignal,
  checkSubmitOptions,
  checkWork,
  KeepAlive,
  Lifecycle,
  publish,
  refuseClosure,
  refuseStreamTask,
  reportsEnd,
  TaskStream,
  type TravelContext,
} from '@conc/core/internal'
import { decode } from '@conc/wire'
import { pingTask } from '../builtin/ping.js'
import { callRoute } from '../calls/call-route.js'
import { endNow, RemoteCalls, type RemoteLimits } from '../calls/remote-calls.js'
import type { CloseReport } from '../close-report.js'
import type { Connection } from '../connection/connection.js'
import { lockRoute } from '../locks/lock-route.js'
import type { Locks } from '../locks/locks.js'
import { locksOver } from '../locks/locks-over.js'
import type { PoolStats } from '../pool-stats.js'
import type { Frame } from '../protocol/frame.js'
import { frameType } from '../protocol/frame-types.js'
import { closeCode } from '../protocol/limits.js'
import { decodeMeta, type Meta } from '../protocol/meta.js'
import type { ConnectSettings } from './connect-options.js'
import { urlOf } from './dial.js'
import { lostError } from './lost-error.js'
import { OutgoingCalls } from './outgoing-calls.js'
import { type Question, Questions } from './questions.js'
import type { Session, StopOptions } from './session.js'
import { type LinkEvents, SessionLink } from './session-link.js'
import { SessionLockRoute } from './session-lock-route.js'
import { sessionLog } from './session-log.js'
import { readLoad, type Welcome } from './welcome.js'

type LinkState = 'connecting' | 'open' | 'reconnecting' | 'draining' | 'closed'

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

/** A session from its first dial to its end. */
export class OpenSession implements Session, LinkEvents {
  readonly url: string
  readonly name: string
  readonly #settings: ConnectSettings
  readonly #link: SessionLink
  readonly #outgoing: OutgoingCalls
  readonly #calls: RemoteCalls
  readonly #limits: RemoteLimits & { maxPayloadBytes: number }
  readonly #questions: Questions
  readonly #locks: SessionLockRoute
  readonly #room = new Conditions()
  readonly #keepAlive = new KeepAlive()
  readonly #lifecycle: Lifecycle
  #state: LinkState = 'connecting'
  #welcome: Welcome | undefined
  #told: Load = { concurrency: 0, running: 0, waiting: 0, queueLimit: Number.POSITIVE_INFINITY }
  #endedBy: ExecutorError | undefined

  constructor(settings: ConnectSettings) {
    this.#settings = settings
    this.url = urlOf(settings)
    this.name = settings.name ?? this.url
    Object.defineProperty(this, reportsEnd, { value: true })
    const { maxPayloadBytes, prefetch, tagMatch, startTimeoutMs } = settings
    const log = sessionLog(this.name, settings)
    this.#limits = { maxPayloadBytes, prefetch, tagMatch, startTimeoutMs, log }
    this.#outgoing = new OutgoingCalls(() => this.#room.check())
    const takeId = (): number => this.#outgoing.takeId()
    this.#questions = new Questions(this.name, takeId, this.#keepAlive)
    const locks = new SessionLockRoute((meta, body) => this.#ask(frameType.acquire, meta, body))
    Object.defineProperty(this, callRoute, { value: this.#outgoing })
    Object.defineProperty(this, lockRoute, { value: locks })
    this.#locks = locks
    this.#calls = new RemoteCalls(
      this.#outgoing,
      this.#limits,
      () => this.#changed(),
      this.#keepAlive,
    )
    this.#link = new SessionLink(settings, this)
    this.#lifecycle = new Lifecycle(this.name, {
      isIdle: () => this.#calls.isEmpty && this.#outgoing.size === 0,
      cancelAll: (reason) => this.#calls.interruptAll(reason),
      release: () => this.#release(),
    })
  }

  /** Connects; a lazy session does so later. */
  async start(): Promise<void> {
    if (this.#settings.isLazy) this.#link.openLazily()
    else await this.#link.open()
  }

  get id(): string {
    return this.#welcome?.session ?? ''
  }

  get state(): LinkState {
    const { state } = this.#lifecycle
    return state === 'open' ? this.#state : state
  }

  get tasks(): ReadonlyMap<string, string | undefined> {
    return this.#welcome?.tasks ?? new Map()
  }

  get capabilities(): Capabilities {
    const server = this.#welcome?.capabilities ?? unknownCapabilities
    return { ...server, closures: false, durable: false, transfer: false, values: 'wire' }
  }

  /** The server's executor as last told, and at least what this session has sent. */
  get load(): Load {
    const { concurrency, running, waiting } = this.#told
    const { size, running: own } = this.#outgoing
    const { queueLimit } = this.#settings
    return {
      concurrency: this.#state === 'open' ? concurrency : 0,
      running: Math.max(running, own),
      waiting: Math.max(waiting, size - own),
      queueLimit,
    }
  }

  submit<A extends readonly unknown[], R>(
    work: Work<A, R>,
    args: A,
    options: SubmitOptions = {},
  ): Promise<Awaited<R>> {
    this.#check(work, args, options)
    const refusal = refuseStreamTask(this.name, work) ?? this.#refusal(work)
    if (refusal) {
      endNow(options)
      return Promise.reject(refusal)
    }
    const call = new Call(this.name, work, options)
    if (call.isSettled) endNow(options)
    else this.#calls.perform(call, args)
    return call.promise as Promise<Awaited<R>>
  }

  stream<A extends readonly unknown[], Y>(
    work: StreamWork<A, Y>,
    args: A,
    options: SubmitOptions = {},
  ): AsyncGenerator<Y, void, undefined> {
    this.#check(work, args, options)
    let context: TravelContext | undefined
    return new TaskStream<Y>({
      accept: () => {
        const call = this.#acceptStream(work, options)
        context = captureContext(call)
        return call
      },
      open: (call, attempt) => this.#calls.openStream<Y>(call, args, context, attempt),
      ended: (call) => this.#calls.delete(call),
    })
  }

  duplex<A extends readonly unknown[], Y, R, S>(
    work: Task<A, AsyncGenerator<Y, R, S>>,
    args: A,
    options: SubmitOptions = {},
  ): AsyncGenerator<Y, R, S> {
    this.#check(work, args, options)
    return this.#calls.duplex<Y, R, S>(args, () => this.#acceptStream(work, options))
  }

  async ready(options: { readonly signal?: AbortSignal } = {}): Promise<void> {
    const { signal } = options
    checkSignal(signal)
    this.#keepAlive.hold()
    try {
      await this.#room.until(() => !this.#isUsable || this.#hasRoom, signal)
    } finally {
      this.#keepAlive.letGo()
    }
    if (!this.#isUsable) throw this.#closedError()
  }

  async ping(): Promise<number> {
    const begin = performance.now()
    await this.submit(pingTask, [])
    return performance.now() - begin
  }

  locks(namespace?: string): Locks {
    return locksOver(this.#locks, namespace)
  }

  async stats(): Promise<PoolStats> {
    const { body } = await this.#ask(frameType.stats, {}).answer
    return decode(body, { root: 'stats' }) as PoolStats
  }

  async stop(options: StopOptions = {}): Promise<CloseReport> {
    checkObject('options', options)
    checkKeys('options', options, ['wait', 'timeoutMs', 'graceMs'])
    const { wait = true, timeoutMs, graceMs } = options
    if (timeoutMs !== undefined) checkPause('timeoutMs', timeoutMs)
    if (graceMs !== undefined) checkPause('graceMs', graceMs)
    const pending = wait ? 'run' : 'reject'
    const { meta } = await this.#ask(frameType.stop, { pending, timeoutMs, graceMs }).answer
    await this.#room.until(() => this.#questions.connection === undefined)
    return decodeMeta(meta) as unknown as CloseReport
  }

  close(options?: CloseOptions): Promise<void> {
    const closed = this.#lifecycle.close(options)
    this.#room.check()
    return closed
  }

  /** `close`, with what was accepted given `shutdownTimeoutMs` to finish. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.close({ timeoutMs: this.#settings.shutdownTimeoutMs })
  }

  opened(connection: Connection, welcome: Welcome): void {
    this.#questions.connection = connection
    this.#welcome = welcome
    this.#told = welcome.load
    this.#limits.maxPayloadBytes = Math.min(this.#settings.maxPayloadBytes, welcome.maxPayloadBytes)
    this.#become('open')
    this.#locks.lease.begin(welcome.leaseMs, welcome.resumeMs)
    this.#outgoing.connect(connection, welcome)
  }

  received(frame: Frame): void {
    const { type, meta } = frame
    if (type === frameType.load) this.#told = readLoad(decodeMeta(meta)) ?? this.#told
    else if (type === frameType.goAway) this.#become('draining')
    else if (type === frameType.lost) this.#locks.lost(Number(decodeMeta(meta)?.token))
    else if (!this.#questions.received(frame) && !this.#outgoing.received(frame)) {
      this.#questions.connection?.fault()
    }
    if (type === frameType.load) this.#room.check()
  }

  lost(): void {
    this.#outgoing.connect(undefined)
    this.#locks.lease.interrupted()
    this.#become('reconnecting')
  }

  resumed(): void {
    this.#become('open')
    this.#locks.lease.resumed()
    const { connection } = this.#questions
    if (connection && this.#welcome) this.#outgoing.connect(connection, this.#welcome)
  }

  reset(cause: unknown): void {
    this.#questions.connection = undefined
    this.#outgoing.connect(undefined)
    if (this.#state !== 'closed') this.#become('reconnecting')
    this.#outgoing.resetWritten((call) => lostError(call, this, cause))
    this.#questions.rejectAll(cause)
    this.#locks.reset(cause)
    this.#room.check()
  }

  ended(cause: ExecutorError | undefined): void {
    this.#endedBy = cause
    this.#become('closed')
    this.#outgoing.resetAll((call) => lostError(call, this, cause))
    this.#questions.rejectAll(cause)
    this.#locks.reset(cause)
    this.#changed()
  }

  #become(state: LinkState): void {
    if (this.#state === state) return
    this.#state = state
    publish(channels.session, state, this.name, () => ({ id: this.id }))
    this.#room.check()
  }

  #check(work: unknown, args: unknown, options: SubmitOptions): void {
    assertNotImporting('A Session was used')
    checkWork(work)
    checkArguments(args)
    checkSubmitOptions(options)
  }

  /** Whether it takes calls, or may take them later. */
  get #isUsable(): boolean {
    return this.#lifecycle.isOpen && this.#state !== 'closed'
  }

  get #hasRoom(): boolean {
    if (this.#state !== 'open') return false
    const { queueLimit } = this.#settings
    if (queueLimit !== Number.POSITIVE_INFINITY) return !this.#isFull
    const { concurrency, running, waiting } = this.load
    return running + waiting < concurrency
  }

  /** Calls of this session that wait for more than the slots there are. */
  get #isFull(): boolean {
    return this.#outgoing.size - this.#told.concurrency >= this.#settings.queueLimit
  }

  #refusal(work: unknown): Error | undefined {
    if (!this.#isUsable) return this.#closedError()
    return refuseClosure(this.name, work) ?? this.#absence() ?? this.#fullness()
  }

  /** Who is told to be back, or has others, does not wait for a connection. */
  #absence(): Error | undefined {
    const isAway = this.#state === 'draining' || (this.#settings.isLazy && this.#state !== 'open')
    if (!isAway) return undefined
    const what = this.#state === 'draining' ? 'is closing' : 'is not connected'
    const names = { executor: this.name, started: false }
    return new ConnectionLostError(`The server of session '${this.name}' ${what}.`, names)
  }

  #fullness(): Error | undefined {
    if (!this.#isFull) return undefined
    const { queueLimit } = this.#settings
    return new QueueFullError(
      `Executor '${this.name}' has ${queueLimit} calls waiting, its queueLimit.`,
      { executor: this.name },
    )
  }

  #closedError(): Error {
    const error = this.#lifecycle.closedError()
    if (this.#endedBy) Object.defineProperty(error, 'cause', { value: this.#endedBy })
    return error
  }

  #acceptStream(work: unknown, options: SubmitOptions): Call {
    const refusal = this.#refusal(work)
    if (refusal) {
      endNow(options)
      throw refusal
    }
    const call = new Call(this.name, work, options)
    this.#calls.add(call)
    return call
  }

  #ask(type: number, meta: Meta, body?: Bytes): Question {
    if (!this.#isUsable) throw this.#closedError()
    return this.#questions.ask(type, meta, body)
  }

  #changed(): void {
    this.#lifecycle?.check()
    this.#room.check()
  }

  #release(): void {
    const code = closeCode.normal
    this.#locks.closing()
    this.#become('closed')
    this.#link.close(code, 'The session was closed.')
    const reason = new TaskCancelledError(`Executor '${this.name}' was closed.`, {
      origin: 'close',
      executor: this.name,
    })
    this.#outgoing.resetAll(() => reason)
    this.#questions.rejectAll(this.#lifecycle.closedError())
    this.#locks.reset(reason)
    this.#keepAlive.end()
  }
}
