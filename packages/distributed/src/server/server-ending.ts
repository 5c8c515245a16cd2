import {
  Conditions,
  checkCloseOptions,
  checkPause,
  type Deferred,
  deferred,
  Timer,
} from '@conc/core/internal'
import type { CloseReport } from '../close-report.js'
import type { ServerCloseOptions } from './pool-server.js'
import type { ServerSession } from './server-session.js'

/** The server, as its end sees it. */
export interface EndingHost {
  /** From a cancel to the end of the wait for its body. */
  readonly graceMs: number
  /** Calls that are not over. */
  readonly inFlight: number
  readonly liveSessions: Iterable<ServerSession>
  /** Nothing is waited for any more: says goodbye to all, and frees the port. */
  release(report: CloseReport): Promise<void>
}

/**
 * open → draining → closed: the first `close` refuses new work, each one may hasten the end. Calls finish, or are
 * cancelled; bodies that do not heed that are left to the executor.
 */
export class ServerEnding {
  readonly #host: EndingHost
  readonly #conditions = new Conditions()
  readonly #closed: Deferred<CloseReport> = deferred()
  #state: 'open' | 'draining' | 'closed' = 'open'
  #closing: Promise<CloseReport> | undefined
  #finished = 0
  #cancelled = 0
  #isOutOfTime = false

  constructor(host: EndingHost) {
    this.#host = host
  }

  get state(): 'open' | 'draining' | 'closed' {
    return this.#state
  }

  /** How it ended, once it has. */
  get closed(): Promise<CloseReport> {
    return this.#closed.promise
  }

  /** A call, or a session, is over. */
  check(): void {
    this.#conditions.check()
  }

  finished(): void {
    if (this.#state === 'draining') this.#finished++
  }

  /** @throws {InvalidOptionError} at once, for wrong options. */
  close(by: CloseReport['by'], options: ServerCloseOptions): Promise<CloseReport> {
    checkCloseOptions(options, ['graceMs'])
    if (options.graceMs !== undefined) checkPause('graceMs', options.graceMs)
    this.drain()
    if (this.#state === 'draining') {
      const { pending, timeoutMs = Number.POSITIVE_INFINITY } = options
      const { graceMs = this.#host.graceMs } = options
      if (pending === 'reject') this.#cancelWithin(graceMs)
      else this.#cancelAfter(timeoutMs, graceMs)
    }
    this.#closing ??= this.#drain(by)
    return this.#closing
  }

  /** Tells all sessions now, so that they turn to others. */
  drain(): void {
    if (this.#state !== 'open') return
    this.#state = 'draining'
    for (const session of this.#host.liveSessions) session.tellClosing()
  }

  cancelAll(): void {
    const message = 'The pool behind the session is closing.'
    for (const session of this.#host.liveSessions) {
      this.#cancelled += session.cancelAll('shutdown', message)
    }
  }

  #cancelAfter(ms: number, graceMs: number): void {
    if (ms !== Number.POSITIVE_INFINITY) this.#whileClosing(ms, () => this.#cancelWithin(graceMs))
  }

  #cancelWithin(graceMs: number): void {
    this.#whileClosing(graceMs, () => {
      this.#isOutOfTime = true
      this.#conditions.check()
    })
    this.cancelAll()
  }

  #whileClosing(ms: number, then: () => void): void {
    if (this.#host.inFlight === 0) return
    const timer = new Timer(ms, then)
    void this.closed.then(() => timer.clear())
  }

  async #drain(by: CloseReport['by']): Promise<CloseReport> {
    await this.#conditions.until(() => this.#isOutOfTime || this.#host.inFlight === 0)
    const report: CloseReport = { by, finished: this.#finished, cancelled: this.#cancelled }
    this.#state = 'closed'
    await this.#host.release(report)
    this.#closed.resolve(report)
    return report
  }
}
