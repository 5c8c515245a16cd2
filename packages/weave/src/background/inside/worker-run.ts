import { TaskTimeoutError } from '@conc/core'
import { type Deferred, deferred, runInFrame, Timer } from '@conc/core/internal'
import type { DeclaredWeave } from '../../named/declared-weaves.js'
import type { WeaveRun } from '../../run/run.js'
import type { WeaveEvent } from '../../seeing/weave-event.js'
import type { Ended } from '../messages.js'
import { packedEvent } from '../packed-event.js'
import type { Request } from '../request.js'
import { findWeave } from './find-weave.js'
import { Pace } from './pace.js'
import type { Reporter } from './reporter.js'
import { Tally } from './tally.js'

/** How often a run reports what has finished so far: the first times at once, then every so many ms. */
const pace = { burst: 16, everyMs: 20 }

/** The run of one request in a thread or process of its own. Reports everything, `ended` once, and never throws. */
export class WorkerRun {
  readonly #request: Request
  readonly #reporter: Reporter
  readonly #tally: Tally
  readonly #pace: Pace = new Pace(() => this.#report(), pace.everyMs, pace.burst)
  readonly #control = new AbortController()
  /** Rejects when the run is to end before it has begun, or breaks. */
  readonly #broken: Deferred<never> = deferred<never>()
  #run: WeaveRun | undefined
  #status: Ended['status'] | undefined

  constructor(request: Request, reporter: Reporter) {
    this.#request = request
    this.#reporter = reporter
    this.#tally = new Tally(request.weave, () => this.#pace.ask())
    this.#broken.promise.catch(() => {})
  }

  async run(): Promise<void> {
    const ended = await this.#result()
    this.#pace.stop()
    await this.#reporter.ended(ended)
  }

  cancel(reason: unknown): void {
    if (this.#run === undefined) this.#fail('cancelled', reason)
    this.#control.abort(reason)
  }

  /** The run cannot go on: `lost` where the process is not to be trusted any more. */
  fail(status: 'rejected' | 'lost', error: unknown): void {
    this.#fail(this.#run ? status : 'refused', error)
    this.#control.abort(error)
  }

  async #result(): Promise<Ended> {
    try {
      const run = await Promise.race([this.#begin(), this.#broken.promise])
      const ending = await Promise.race([run.ended, this.#broken.promise])
      if (ending.kind === 'fulfilled') {
        return { status: 'fulfilled', ...this.#tally.last(run.ledger, undefined) }
      }
      const status = ending.kind === 'failed' ? 'rejected' : 'cancelled'
      return { status, ...this.#tally.last(run.ledger, ending) }
    } catch (error) {
      return {
        status: this.#status ?? 'refused',
        ...this.#tally.last(this.#run?.ledger, { error }),
      }
    }
  }

  async #begin(): Promise<WeaveRun> {
    const timer = this.#expireBeforeStart()
    try {
      const weave = await findWeave(this.#request)
      if (this.#status) throw this.#control.signal.reason
      this.#run = this.#start(weave)
      this.#reporter.started()
      return this.#run
    } finally {
      timer?.clear()
    }
  }

  #start(weave: DeclaredWeave): WeaveRun {
    const { bound, inputs, options, vars } = this.#request.values
    const timeoutMs = this.#leftMs()
    const logs = { level: this.#request.logLevel }
    return runInFrame({ vars, logs }, () =>
      weave.begin(bound, {
        inputs,
        options: {
          ...options,
          ...(timeoutMs !== undefined && { timeoutMs }),
          signal: this.#control.signal,
          ...(this.#request.hasListener && { onEvent: (event) => this.#tell(event) }),
        },
        noticed: (task) => this.#tally.note(task),
      }),
    )
  }

  #tell(event: WeaveEvent): void {
    this.#reporter.event(packedEvent(event, this.#request.weave))
  }

  #report(): void {
    if (this.#run?.isLive) this.#reporter.report(this.#tally.report(this.#run.ledger))
  }

  #expireBeforeStart(): Timer | undefined {
    const leftMs = this.#leftMs()
    if (leftMs === undefined) return undefined
    const timer = new Timer(leftMs, () => {
      const message = `Weave '${this.#request.weave}' ran out of time before it began.`
      this.#fail('refused', new TaskTimeoutError(message, { phase: 'waiting' }))
    })
    timer.hold(false)
    return timer
  }

  #leftMs(): number | undefined {
    const { deadline } = this.#request
    return deadline === undefined ? undefined : Math.max(deadline - Date.now(), 1)
  }

  #fail(status: Ended['status'], error: unknown): void {
    this.#status ??= status
    this.#broken.reject(error)
  }
}
