import type { AddressInfo } from 'node:net'
import { type Capabilities, type Executor, InvalidOptionError, type Load } from '@conc/core'
import { Conditions, checkCloseOptions, checkPause, registry, Timer } from '@conc/core/internal'
import type { WebSocket } from 'ws'
import { callRoute, isRouted } from '../calls/call-route.js'
import type { CloseReport } from '../close-report.js'
import { AddressInUseError } from '../errors.js'
import { LocalLockRoute } from '../locks/local-route.js'
import { LockHost } from '../locks/lock-host.js'
import { type LockRoute, lockRoute, routeHere } from '../locks/lock-route.js'
import type { PoolStats } from '../pool-stats.js'
import type { Frame } from '../protocol/frame.js'
import { frameType } from '../protocol/frame-types.js'
import { closeCode, protocolName } from '../protocol/limits.js'
import type { Meta } from '../protocol/meta.js'
import { bindAddress, urlHost } from '../security/host-names.js'
import { type Key, proofKeyRing } from '../security/keys.js'
import { checkServerTls, type ServerTls } from '../security/tls-options.js'
import { DecodingRoute } from './decoding-route.js'
import { Dispatcher } from './dispatcher.js'
import { Gate, type GateHost, type Visitor } from './gate.js'
import { KeyedCalls } from './keyed-calls.js'
import { LoadReports } from './load-reports.js'
import type { PoolServer, ServerCloseOptions } from './pool-server.js'
import { Refusals } from './refusals.js'
import { refuseOpenHost, type ServeSettings } from './serve-options.js'
import type { ServedCall } from './served-call.js'
import { answerRequest } from './server-requests.js'
import type { ServerSession, SessionHost } from './server-session.js'
import { Sessions } from './sessions.js'
import { warnOfWeakKey } from './weak-key.js'

/** From a cancel to the end of the wait for its body. */
const defaultGraceMs = 5000

/** What executors of this package tell of themselves beside what each one does. */
interface TellingExecutor extends Executor {
  readonly tasks?: ReadonlyMap<string, string | undefined>
  stats?(): Promise<PoolStats>
}

/** One server, from the moment it listens. */
export class OpenServer implements PoolServer, GateHost, SessionHost {
  readonly settings: ServeSettings
  readonly lockRoute: LockRoute
  readonly #executor: TellingExecutor
  readonly #gate: Gate
  readonly #sessions: Sessions
  readonly #dispatcher: Dispatcher
  readonly #keyed = new KeyedCalls((call) => this.#dispatcher.accept(call))
  readonly #loadReports: LoadReports
  readonly #conditions = new Conditions()
  readonly #startedAt = performance.now()
  readonly closed: Promise<CloseReport>
  #resolveClosed!: (report: CloseReport) => void
  #state: 'open' | 'draining' | 'closed' = 'open'
  #closing: Promise<CloseReport> | undefined
  #idleTimer: Timer | undefined
  #workedAt = performance.now()
  #ending = { finished: 0, cancelled: 0, isOutOfTime: false }
  #port = 0

  private constructor(executor: Executor, settings: ServeSettings) {
    this.settings = settings
    this.#executor = executor
    this.lockRoute = lockRouteOf(executor)
    const route = isRouted(executor)
      ? executor[callRoute]
      : new DecodingRoute(executor, settings.maxPayloadBytes)
    this.#dispatcher = new Dispatcher(executor, route)
    this.#sessions = new Sessions(this)
    this.#gate = new Gate(settings, this, new Refusals(executor.name))
    this.#loadReports = new LoadReports(
      () => this.load,
      (load) => this.#tellAll(frameType.load, { ...load }),
    )
    this.closed = new Promise((resolve) => {
      this.#resolveClosed = resolve
    })
  }

  /** @throws {AddressInUseError} or what the system says about the address. */
  static async listen(executor: Executor, settings: ServeSettings): Promise<OpenServer> {
    const server = new OpenServer(executor, settings)
    const { host, port } = settings
    const http = server.#gate.server
    await new Promise<void>((resolve, reject) => {
      http.once('error', (error: NodeJS.ErrnoException) => {
        const isTaken = error.code === 'EADDRINUSE'
        reject(isTaken ? new AddressInUseError(host, port, { cause: error }) : error)
      })
      http.listen({ host: bindAddress(host), port }, () => resolve())
    })
    http.removeAllListeners('error')
    http.on('error', () => {})
    server.#port = (http.address() as AddressInfo).port
    server.#watchIdle()
    warnOfWeakKey(server.name, settings.keys)
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

  get executorName(): string {
    return this.#executor.name
  }

  get isOpen(): boolean {
    return this.#state === 'open'
  }

  get load(): Load {
    const { load } = this.#executor
    return { ...load, waiting: load.waiting + this.#dispatcher.waiting }
  }

  get tasks(): ReadonlyMap<string, string | undefined> {
    const all =
      this.#executor.tasks ??
      new Map(registry.names().map((name) => [name, registry.find(name)?.version]))
    const shown = [...all].filter(
      ([name]) => !name.startsWith('conc/') && this.settings.isExposed(name),
    )
    return new Map(shown)
  }

  async stats(): Promise<PoolStats> {
    const own = await this.#executor.stats?.()
    const { sessions, load } = this
    return {
      ...(own ?? this.#plainStats()),
      name: this.name,
      state: this.#state,
      load,
      sessions,
      uptimeMs: performance.now() - this.#startedAt,
      idleMs: load.running + load.waiting > 0 ? 0 : performance.now() - this.#workedAt,
    }
  }

  reloadTls(tls: ServerTls): void {
    checkServerTls(tls)
    if (this.settings.tls === undefined) {
      throw new InvalidOptionError('tls', 'left out, as the server was started without', '…')
    }
    this.#gate.reloadTls(tls)
  }

  rotateKeys(keys: readonly Key[]): void {
    const ring = proofKeyRing('keys', keys)
    refuseOpenHost(this.host, ring, this.settings)
    warnOfWeakKey(this.name, ring)
    this.#gate.keys = ring
  }

  close(options: ServerCloseOptions = {}): Promise<CloseReport> {
    return this.closeBy('owner', options)
  }

  closeBy(by: CloseReport['by'], options: ServerCloseOptions): Promise<CloseReport> {
    checkCloseOptions(options)
    if (options.graceMs !== undefined) checkPause('graceMs', options.graceMs)
    if (this.#state === 'open') {
      this.#state = 'draining'
      this.#idleTimer?.clear()
      for (const session of this.#sessions) session.tellClosing()
    }
    if (this.#state === 'draining') {
      const { pending, timeoutMs = Number.POSITIVE_INFINITY, graceMs = defaultGraceMs } = options
      if (pending === 'reject') this.#cancelAll(graceMs)
      else this.#cancelAfter(timeoutMs, graceMs)
    }
    this.#closing ??= this.#drain(by)
    return this.#closing
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close()
  }

  lastSeen(visitor: Visitor): number | undefined {
    return this.#sessions.lastSeen(visitor)
  }

  hasRoom(): boolean {
    return this.#state !== 'closed' && this.#sessions.size < this.settings.maxSessions
  }

  admit(ws: WebSocket, visitor: Visitor, isResumed: boolean): void {
    if (isResumed) this.#sessions.resume(ws, visitor)
    else this.#sessions.open(ws, visitor)
    this.#watchIdle()
  }

  welcome(): Meta {
    const { maxPayloadBytes, maxInFlight, maxInFlightBytes } = this.settings
    const capabilities: Capabilities = this.#executor.capabilities
    return {
      protocol: protocolName,
      name: this.name,
      maxPayloadBytes,
      maxInFlight,
      maxInFlightBytes,
      capabilities: { ...capabilities },
      load: { ...this.load },
    }
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
    if (this.#state === 'draining' && !call.isCancelled) this.#ending.finished++
    if (call.wasSent) this.#dispatcher.over()
    this.#workedAt = performance.now()
    this.#loadReports.changed()
    this.#conditions.check()
    this.#watchIdle()
  }

  asked(session: ServerSession, frame: Frame): void {
    void answerRequest(this, session, frame)
  }

  lost(session: ServerSession): void {
    this.#sessions.lost(session)
  }

  gone(session: ServerSession, why: string): void {
    this.#sessions.forget(session, why)
    this.#conditions.check()
    this.#watchIdle()
  }

  #plainStats(): Omit<PoolStats, 'name' | 'state' | 'load' | 'sessions' | 'uptimeMs' | 'idleMs'> {
    return { modules: [...this.tasks.keys()], locks: 0, workers: [], tasks: {} }
  }

  get #inFlight(): number {
    return this.#dispatcher.out + this.#dispatcher.waiting
  }

  #tellAll(type: number, meta: Meta): void {
    for (const session of this.#sessions) session.send(type, 0, meta)
  }

  #cancelAfter(ms: number, graceMs: number): void {
    if (ms !== Number.POSITIVE_INFINITY) this.#whileClosing(ms, () => this.#cancelAll(graceMs))
  }

  /** Bodies that do not heed their cancel are left to the executor. */
  #cancelAll(graceMs: number): void {
    this.#whileClosing(graceMs, () => {
      this.#ending.isOutOfTime = true
      this.#conditions.check()
    })
    for (const session of this.#sessions) {
      this.#ending.cancelled += session.cancelAll(
        'shutdown',
        'The pool behind the session is closing.',
      )
    }
  }

  #whileClosing(ms: number, then: () => void): void {
    if (this.#inFlight === 0) return
    const timer = new Timer(ms, then)
    void this.closed.then(() => timer.clear())
  }

  async #drain(by: CloseReport['by']): Promise<CloseReport> {
    await this.#conditions.until(() => this.#ending.isOutOfTime || this.#inFlight === 0)
    const { finished, cancelled } = this.#ending
    const report: CloseReport = { by, finished, cancelled }
    this.#state = 'closed'
    this.#dispatcher.close()
    this.#loadReports.stop()
    for (const session of this.#sessions) session.say(report)
    for (const session of this.#sessions) {
      session.connection.close(closeCode.goingAway, 'The server has closed.')
    }
    await this.#gate.close()
    this.#resolveClosed(report)
    return report
  }

  #watchIdle(): void {
    this.#idleTimer?.clear()
    const { idleTimeoutMs } = this.settings
    if (idleTimeoutMs === Number.POSITIVE_INFINITY || this.#state !== 'open') return
    if (this.sessions > 0 || this.#inFlight > 0) return
    this.#idleTimer = new Timer(idleTimeoutMs, () => void this.closeBy('idle', {}))
  }
}

/** The executor's, where it has locks; else those that `locks()` has in this process. */
function lockRouteOf(executor: Executor): LockRoute {
  const own = (executor as { readonly [lockRoute]?: LockRoute })[lockRoute]
  return own ?? routeHere(() => new LocalLockRoute(new LockHost(), 'process'))
}
