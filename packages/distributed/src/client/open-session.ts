import type {
  Capabilities,
  CloseOptions,
  Load,
  StreamWork,
  SubmitOptions,
  Task,
  Work,
} from '@conc/core'
import {
  type Call,
  checkKeys,
  checkObject,
  checkPause,
  checkWaitOptions,
  Intake,
  OwnedStream,
  reportsEnd,
} from '@conc/core/internal'
import { decode } from '@conc/wire'
import { pingTask } from '../builtin/ping.js'
import { callRoute } from '../calls/call-route.js'
import type { CloseReport } from '../close-report.js'
import { lockRoute } from '../locks/lock-route.js'
import type { Locks } from '../locks/locks.js'
import { locksOver } from '../locks/locks-over.js'
import type { PoolStats } from '../pool-stats.js'
import { frameType } from '../protocol/frame-types.js'
import { decodeMeta } from '../protocol/meta.js'
import type { ConnectSettings } from './connect-options.js'
import type { Session, StopOptions } from './session.js'
import { SessionAdmission } from './session-admission.js'
import { type LinkState, SessionEngine } from './session-engine.js'
import { SessionEntrance } from './session-entrance.js'

/** A session from its first dial to its end. */
export class OpenSession implements Session {
  readonly url: string
  readonly name: string
  readonly #engine: SessionEngine
  readonly #admission: SessionAdmission
  readonly #intake: Intake

  constructor(settings: ConnectSettings) {
    const engine = new SessionEngine(settings, () => this.#intake.drainStreams())
    this.#engine = engine
    this.url = engine.url
    this.name = engine.name
    this.#admission = new SessionAdmission(engine)
    Object.defineProperties(this, {
      [reportsEnd]: { value: true },
      [lockRoute]: { value: engine.locks },
      [callRoute]: { value: new SessionEntrance(this.#admission, engine.outgoing) },
    })
    this.#intake = new Intake({
      name: this.name,
      kind: 'A Session',
      work: engine.calls,
      refuse: (work) => this.#admission.refusal(work),
      suspends: true,
    })
  }

  /** Connects; a lazy session does so later. */
  async start(): Promise<void> {
    const { settings, link } = this.#engine
    if (settings.isLazy) link.openLazily()
    else await link.open()
  }

  get id(): string {
    return this.#engine.id
  }

  get state(): LinkState {
    return this.#engine.state
  }

  get tasks(): ReadonlyMap<string, string | undefined> {
    return this.#engine.tasks
  }

  get capabilities(): Capabilities {
    return this.#engine.capabilities
  }

  get load(): Load {
    return this.#engine.load
  }

  submit<A extends readonly unknown[], R>(
    work: Work<A, R>,
    args: A,
    options: SubmitOptions = {},
  ): Promise<Awaited<R>> {
    return this.#intake.submit(work, args, options)
  }

  stream<A extends readonly unknown[], Y>(
    work: StreamWork<A, Y>,
    args: A,
    options: SubmitOptions = {},
  ): AsyncGenerator<Y, void, undefined> {
    return this.#intake.stream(work, args, options)
  }

  duplex<A extends readonly unknown[], Y, R, S>(
    work: Task<A, AsyncGenerator<Y, R, S>>,
    args: A,
    options: SubmitOptions = {},
  ): AsyncGenerator<Y, R, S> {
    this.#intake.check(work, args, options)
    const accept = (): Call => this.#intake.accept(work, options)
    return new OwnedStream<Y, R, S>(this.#engine.calls.duplex<Y, R, S>(args, accept))
  }

  ready(options: { readonly signal?: AbortSignal } = {}): Promise<void> {
    checkWaitOptions(options)
    return this.#admission.untilRoom(options.signal)
  }

  async ping(): Promise<number> {
    const begin = performance.now()
    await this.submit(pingTask, [])
    return performance.now() - begin
  }

  locks(namespace?: string): Locks {
    return locksOver(this.#engine.locks, namespace)
  }

  async stats(): Promise<PoolStats> {
    const { body } = await this.#engine.ask(frameType.stats, {})
    return decode(body, { root: 'stats' }) as PoolStats
  }

  stop(options: StopOptions = {}): Promise<CloseReport> {
    checkObject('options', options)
    checkKeys('options', options, ['wait', 'timeoutMs', 'graceMs'])
    const { timeoutMs, graceMs } = options
    if (timeoutMs !== undefined) checkPause('timeoutMs', timeoutMs)
    if (graceMs !== undefined) checkPause('graceMs', graceMs)
    return this.#stop(options)
  }

  async #stop({ wait = true, timeoutMs, graceMs }: StopOptions): Promise<CloseReport> {
    const pending = wait ? 'run' : 'reject'
    const { meta } = await this.#engine.ask(frameType.stop, { pending, timeoutMs, graceMs })
    await this.#engine.serverGone()
    return decodeMeta(meta) as unknown as CloseReport
  }

  close(options?: CloseOptions): Promise<void> {
    const closed = this.#engine.close(options)
    this.#intake.drainStreams()
    return closed
  }

  /** `close`, with what was accepted given `shutdownTimeoutMs` to finish. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.close({ timeoutMs: this.#engine.settings.shutdownTimeoutMs })
  }
}
