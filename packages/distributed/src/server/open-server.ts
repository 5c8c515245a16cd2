import { type Executor, InvalidOptionError, type Load } from '@conc/core'
import { describedAs } from '@conc/core/internal'
import type { WebSocketServer } from 'ws'
import { callRoute, isRouted } from '../calls/call-route.js'
import type { CloseReport } from '../close-report.js'
import type { OpenWebSocket } from '../connection/attached-socket.js'
import { type LockRoute, unlessOfProcess } from '../locks/lock-route.js'
import { type PoolLog, serverLog } from '../logs/pool-log.js'
import type { PoolStats } from '../pool-stats.js'
import type { Frame } from '../protocol/frame.js'
import { frameType } from '../protocol/frame-types.js'
import { closeCode } from '../protocol/limits.js'
import type { Meta } from '../protocol/meta.js'
import { urlHost } from '../security/host-names.js'
import { type Key, proofKeyRing } from '../security/keys.js'
import { refuseOpenHost } from '../security/open-host.js'
import { checkServerTls, type ServerTls } from '../security/tls-options.js'
import { DecodingRoute } from './decoding-route.js'
import { Dispatcher } from './dispatcher.js'
import { Gate, type GateHost, type Visitor } from './gate.js'
import { greetingOf } from './greeting.js'
import { IdleWatch } from './idle-watch.js'
import { KeyedCalls } from './keyed-calls.js'
import { listenAt } from './listen-at.js'
import { LoadReports } from './load-reports.js'
import type { PoolServer, ServerCloseOptions } from './pool-server.js'
import { Refusals } from './refusals.js'
import type { ServeSettings } from './serve-options.js'
import type { ServedCall } from './served-call.js'
import { exposedTasks, lockRouteOf, type TellingExecutor } from './served-executor.js'
import { type EndingHost, ServerEnding } from './server-ending.js'
import { type FigureSource, ServerFigures } from './server-figures.js'
import { answerRequest } from './server-requests.js'
import type { ServerSession, SessionHost } from './server-session.js'
import { Sessions } from './sessions.js'
import { warnOfWeakKey } from './weak-key.js'

/** One server, from the moment it listens. */
export class OpenServer implements PoolServer, GateHost, SessionHost, EndingHost, FigureSource {
  readonly settings: ServeSettings
  readonly lockRoute: LockRoute
  readonly #executor: TellingExecutor
  readonly #gate: Gate
  readonly #sessions: Sessions
  readonly #dispatcher: Dispatcher
  readonly #keyed = new KeyedCalls((call) => this.#dispatcher.accept(call))
  readonly #loadReports: LoadReports
  readonly #figures: ServerFigures
  readonly #log: PoolLog
  readonly #ending = new ServerEnding(this)
  readonly #idle: IdleWatch
  /** Told of each call that is over. */
  onOver: (() => void) | undefined
  #port = 0

  private constructor(
    executor: Executor,
    settings: ServeSettings,
    Sockets: typeof WebSocketServer,
  ) {
    this.settings = settings
    this.#executor = executor
    this.lockRoute = lockRouteOf(executor)
    const route = isRouted(executor)
      ? executor[callRoute]
      : new DecodingRoute(executor, settings.maxPayloadBytes, unlessOfProcess(this.lockRoute))
    this.#dispatcher = new Dispatcher(executor, route)
    this.#figures = new ServerFigures(this, this.#executor)
    this.#log = serverLog(this.#executor)
    this.#sessions = new Sessions(this, this.#log)
    this.#gate = new Gate(settings, this, new Refusals(executor.name, this.#log), Sockets)
    this.#loadReports = new LoadReports(
      () => this.#loadNow(),
      (load) => this.#tellAll(frameType.load, { ...load }),
    )
    this.#idle = new IdleWatch(
      settings.idleTimeoutMs,
      () => this.isOpen && this.sessions === 0 && this.inFlight === 0,
      () => void this.closeBy('idle', {}),
    )
  }

  /** @throws {AddressInUseError} or what the system says about the address. */
  static async listen(executor: Executor, settings: ServeSettings): Promise<OpenServer> {
    // Loading it takes as long as all else here: who opens no port does without.
    const { WebSocketServer } = await import('ws')
    const server = new OpenServer(executor, settings, WebSocketServer)
    server.#port = await listenAt(server.#gate.server, settings)
    server.#idle.restart()
    warnOfWeakKey(server.name, settings.keys, server.#log)
    return server
  }

  get host(): string {
    return this.settings.host
  }

  get port(): number {
    return this.#port
  }

  get url(): string {
    const scheme = this.settings.tls ? 'wss' : 'ws'
    return `${scheme}://${urlHost(this.host)}:${this.port}`
  }

  get sessions(): number {
    return this.#sessions.size
  }

  get name(): string {
    const { name = this.#executor.name } = this.settings
    return typeof name === 'function' ? name(this.port) : name
  }

  get closed(): Promise<CloseReport> {
    return this.#ending.closed
  }

  get liveSessions(): Iterable<ServerSession> {
    return this.#sessions
  }

  get graceMs(): number {
    return this.settings.graceMs
  }

  /** Calls that the executor has, and those that wait for it. */
  get inFlight(): number {
    return this.#dispatcher.out + this.#dispatcher.waiting
  }

  get executorName(): string {
    return this.#executor.name
  }

  get isOpen(): boolean {
    return this.state === 'open'
  }

  get load(): Load {
    const { load } = this.#executor
    return { ...load, waiting: load.waiting + this.#dispatcher.waiting }
  }

  get tasks(): ReadonlyMap<string, string | undefined> {
    return exposedTasks(this.#executor, this.settings)
  }

  get state(): 'open' | 'draining' | 'closed' {
    return this.#ending.state
  }

  stats(): Promise<PoolStats> {
    return this.#figures.stats()
  }

  reloadTls(tls: ServerTls): void {
    checkServerTls(tls)
    if (this.settings.tls === undefined) {
      throw new InvalidOptionError(
        'tls',
        'left out, as the server was started without',
        describedAs('some'),
      )
    }
    this.#gate.reloadTls(tls)
  }

  rotateKeys(keys: readonly Key[]): void {
    const ring = proofKeyRing('keys', keys)
    refuseOpenHost(this.host, ring, this.settings)
    warnOfWeakKey(this.name, ring, this.#log)
    this.#gate.keys = ring
  }

  close(options: ServerCloseOptions = {}): Promise<CloseReport> {
    return this.closeBy('owner', options)
  }

  closeBy(by: CloseReport['by'], options: ServerCloseOptions): Promise<CloseReport> {
    const closed = this.#ending.close(by, options)
    this.#idle.restart()
    return closed
  }

  /** Takes no more roots, and stays for what live tasks call, until it is closed. */
  drain(): void {
    this.#ending.drain()
    this.#idle.restart()
  }

  /** Cancels all calls, whose clients are told at once. */
  cancelAll(): void {
    this.#ending.cancelAll()
  }

  isLive(taskId: string): boolean {
    return this.#dispatcher.isLive(taskId)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close()
  }

  lastSeen(visitor: Visitor): number | undefined {
    return this.#sessions.lastSeen(visitor)
  }

  hasRoom(): boolean {
    return this.state !== 'closed' && this.#sessions.size < this.settings.maxSessions
  }

  admit(opened: OpenWebSocket, visitor: Visitor, isResumed: boolean): void {
    if (isResumed) this.#sessions.resume(opened, visitor)
    else this.#sessions.open(opened, visitor)
    this.#idle.restart()
  }

  welcome(): Meta {
    this.#loadReports.joined()
    const { capabilities } = this.#executor
    return greetingOf(this.settings, { name: this.name, capabilities, load: this.load })
  }

  accept(session: ServerSession, call: ServedCall): void {
    const { idempotencyKey, kind } = call.request
    if (idempotencyKey === undefined || kind !== 'call') this.#dispatcher.accept(call)
    else this.#keyed.accept(call, session.visitor.identity)
    this.#loadReports.changed()
  }

  withdrawn(call: ServedCall): void {
    this.#dispatcher.withdrawn(call)
  }

  over(_session: ServerSession, call: ServedCall): void {
    if (!call.isCancelled) this.#ending.finished()
    if (call.wasSent) this.#dispatcher.over()
    if (this.inFlight === 0) this.#figures.worked()
    this.#loadReports.changed()
    this.onOver?.()
    this.#ending.check()
    this.#idle.restart()
  }

  asked(session: ServerSession, frame: Frame): void {
    void answerRequest(this, session, frame)
  }

  lost(session: ServerSession): void {
    this.#sessions.lost(session)
  }

  gone(session: ServerSession, why: string): void {
    this.#sessions.forget(session, why)
    this.#ending.check()
    this.#idle.restart()
  }

  /** Looked at again and again: it may have changed without a word. */
  #loadNow(): Load {
    this.#dispatcher.look()
    return this.load
  }

  #tellAll(type: number, meta: Meta): void {
    for (const session of this.#sessions) session.tell(type, meta)
  }

  async release(report: CloseReport): Promise<void> {
    this.#dispatcher.close()
    this.#loadReports.stop()
    for (const session of this.#sessions) session.say(report)
    for (const session of this.#sessions) {
      session.connection.close(closeCode.goingAway, 'The server has closed.')
    }
    await this.#gate.close()
  }
}
