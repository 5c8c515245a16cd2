import { decodeError, encodeError, TaskTimeoutError, WorkerLostError } from '@conc/core'
import { Timer, thrownText } from '@conc/core/internal'
import type { WeaveEvent } from '../seeing/weave-event.js'
import type { Link, LinkOwner, WorkerExit } from './link.js'
import type { Ended, FromWorker } from './messages.js'
import type { Mirror } from './mirror.js'
import { eventFrom } from './packed-event.js'
import type { RunEnd, Runner, RunnerHost } from './runner.js'

export interface RemoteInit {
  readonly weave: string
  readonly link: Link
  readonly mirror: Mirror
  readonly graceMs: number
  /** Epoch ms. */
  readonly deadline: number | undefined
  readonly onEvent: ((event: WeaveEvent) => void) | undefined
  readonly resultFile?: string
  readonly logFile?: string
  /** Does not hold this process from the start. */
  readonly isDetached: boolean
}

/** Why the worker is made to end, and what the run is called then. */
interface Stop {
  readonly status: 'cancelled' | 'rejected'
  readonly error: unknown
}

/** Follows a run in a thread or process of its own, and ends that if it does not end by itself. */
export class RemoteRunner implements Runner, LinkOwner {
  readonly #init: RemoteInit
  #host: RunnerHost | undefined
  #hasBegun = false
  #isOver = false
  #isHeld: boolean
  #stopped: Stop | undefined
  #timer: Timer | undefined

  constructor(init: RemoteInit) {
    this.#init = init
    this.#isHeld = !init.isDetached
  }

  get pid(): number | undefined {
    return this.#init.link.pid
  }

  get resultFile(): string | undefined {
    return this.#init.resultFile
  }

  get logFile(): string | undefined {
    return this.#init.logFile
  }

  begin(host: RunnerHost): void {
    const { link, deadline, graceMs } = this.#init
    this.#host = host
    link.open(this)
    link.hold(this.#isHeld)
    // The worker keeps the deadline itself; this is for one that cannot.
    if (deadline !== undefined) this.#killAfter(deadline + graceMs - Date.now(), () => this.#late())
  }

  cancel(reason: unknown): void {
    if (this.#isOver || this.#stopped) return
    const stopped = { status: 'cancelled', error: reason } as const
    this.#stopped = stopped
    this.#init.link.post({ type: 'cancel', reason: encodeError(reason) })
    this.#killAfter(this.#init.graceMs, () => stopped)
  }

  unref(): void {
    this.#isHeld = false
    this.#init.link.hold(false)
    this.#timer?.hold(false)
  }

  received(message: FromWorker): void {
    if (this.#isOver) return
    if (message.type === 'report') this.#init.mirror.take(message.report)
    else if (message.type === 'event') this.#tell(eventFrom(message.event))
    else if (message.type === 'ended') this.#ended(message.ended)
    else {
      this.#hasBegun = true
      this.#host?.begun()
    }
  }

  gone(exit: WorkerExit): void {
    this.#timer?.clear()
    if (this.#isOver) return
    const error = this.#stopped?.error ?? this.#lost(exit)
    const status = this.#stopped?.status ?? (this.#hasBegun ? 'lost' : 'rejected')
    this.#end({ status, error, settled: this.#init.mirror.settled({ error }) })
  }

  #ended({ status, report, error: place, callbackError }: Ended): void {
    const { mirror, link, graceMs } = this.#init
    const reasons = mirror.take(report)
    const callbackFailure = callbackError && { error: decodeError(callbackError) }
    const also = callbackFailure && { callbackFailure }
    if (status === 'fulfilled') {
      this.#end({ status, result: mirror.result(), settled: mirror.settled(), ...also })
    } else {
      const isOurs = status === 'cancelled' && this.#stopped !== undefined
      const error = isOurs ? this.#stopped?.error : reasons[place ?? 0]
      const told = status === 'refused' ? 'rejected' : status
      this.#end({ status: told, error, settled: mirror.settled({ error }), ...also })
    }
    link.post({ type: 'bye' })
    // Bodies that were told to stop get their time, and hold nobody meanwhile.
    link.hold(false)
    if (this.#init.isDetached) return
    this.#timer = new Timer(graceMs, () => link.kill())
    this.#timer.hold(false)
  }

  #end(end: RunEnd): void {
    this.#isOver = true
    this.#timer?.clear()
    this.#host?.ended(end)
  }

  #killAfter(ms: number, why: () => Stop): void {
    this.#timer?.clear()
    this.#timer = new Timer(Math.max(ms, 0), () => {
      this.#stopped = why()
      this.#init.link.kill()
    })
    this.#timer.hold(this.#isHeld)
  }

  #late(): Stop {
    const phase = this.#hasBegun ? 'running' : 'waiting'
    const message = `Weave '${this.#init.weave}' ran out of time and did not stop.`
    return { status: 'rejected', error: new TaskTimeoutError(message, { phase }) }
  }

  #lost({ exitCode, signal, cause }: WorkerExit): WorkerLostError {
    const { weave, link } = this.#init
    const code =
      signal ?? `exit code ${exitCode}${exitCode === 0 ? ', nothing was left to wait for' : ''}`
    const how = cause instanceof Error ? thrownText(cause) : code
    const what = this.#hasBegun ? 'lost' : 'could not start in'
    return new WorkerLostError(`Weave '${weave}' ${what} its ${link.title}: ${how}`, {
      exitCode,
      signal,
      started: this.#hasBegun,
      retryable: this.#hasBegun,
      ...(cause !== undefined && { cause }),
    })
  }

  #tell(event: WeaveEvent): void {
    try {
      this.#init.onEvent?.(event)
    } catch (error) {
      // The listener's failure is not the run's.
      process.emitWarning(`onEvent of a weave threw: ${thrownText(error)}`)
    }
  }
}
