import { TaskCancelledError } from '../../errors/executor-error.js'
import type { CloseOptions, Executor, Load } from '../../executor.js'
import { checkSignal } from '../checks/option-checks.js'
import { queueFull } from '../checks/refusals.js'
import { Conditions } from '../line/conditions.js'
import { Lifecycle } from '../line/lifecycle.js'
import { Line } from '../line/line.js'
import { type Member, Roster } from '../line/roster.js'
import { slotAround } from '../running/frame.js'
import { OpenStreams } from '../running/open-streams.js'
import { Job } from './job.js'

/** Who stands among the slots in use: a job, or what becomes one when somebody needs it. */
export interface SlotHolder extends Member {
  /** Counts up with the bodies of the board. */
  startedAt: number
  /** `undefined`: between two jobs. */
  toJob(): Job | undefined
}

export interface JobBoardInit {
  readonly name: string
  readonly size: number
  readonly queueLimit: number
  /** A cancelled job settles in the call that cancels it; its slot still waits for the body. */
  readonly isImmediate: boolean
  /** Runs what it takes; all else runs here. */
  readonly executor: Executor | undefined
  /** Frees what the pool holds, at the end of `close`. */
  readonly release?: () => void
}

/** The jobs of one pool: who waits, who runs, who pauses before another attempt; what is let in, and the end. */
export class JobBoard {
  readonly name: string
  readonly executor: Executor | undefined
  readonly line: Line
  /** `SlotHolder`s, in any order. */
  readonly running: Roster = new Roster()
  /** Jobs between two attempts. */
  readonly pausing: Roster = new Roster()
  readonly streams: OpenStreams
  /** Bodies of streams among `running`. */
  streamBodies = 0
  readonly queueLimit: number
  readonly isImmediate: boolean
  readonly lifecycle: Lifecycle
  readonly changes: Conditions = new Conditions()
  /** Slots whose job was told to stop. */
  cancelling = 0
  /** Bodies that have begun. */
  started = 0
  /** Bodies that have settled. */
  executed = 0

  constructor(init: JobBoardInit) {
    this.name = init.name
    this.executor = init.executor
    this.queueLimit = init.queueLimit
    this.isImmediate = init.isImmediate
    this.line = new Line(init.size, () => this.check())
    this.streams = new OpenStreams(
      this.line,
      () => this.hasOnlyStreams,
      () => this.check(),
    )
    this.lifecycle = new Lifecycle(init.name, {
      isIdle: () => this.isIdle,
      endIdleStreams: () => this.streams.endIfAlone(),
      cancelAll: (reason, isOutOfTime) => this.interruptAll(reasonByStart(reason), isOutOfTime),
      ...(init.release && { release: init.release }),
    })
  }

  get waiting(): number {
    return this.line.waiting + this.pausing.size
  }

  /** Nothing waits and nothing runs, not even without a slot. */
  get isIdle(): boolean {
    const { streams, streamBodies, line } = this
    return this.hasOnlyStreams && streams.size === 0 && streamBodies === 0 && line.running === 0
  }

  /** Nothing is left, or only streams. */
  protected get hasOnlyStreams(): boolean {
    return this.running.size === this.streamBodies && this.waiting === 0
  }

  get load(): Load {
    const { waiting, queueLimit, line } = this
    return { concurrency: line.size, running: line.running, waiting, queueLimit }
  }

  untilIdle(): Promise<void> {
    return this.#untilLasting(() => this.isIdle)
  }

  /** Resolves when nothing is left, or only streams that nobody pulls: those end with `close`. */
  untilAbandoned(): Promise<void> {
    this.streams.watch()
    return this.#untilLasting(() => this.isIdle || this.streams.areAbandoned)
  }

  /** Work may have come between a change and whoever is told of it. */
  async #untilLasting(isMet: () => boolean): Promise<void> {
    while (!isMet()) await this.changes.until(isMet)
  }

  /** To be called when something has changed that somebody may wait for. */
  check(): void {
    this.changes.check()
    this.lifecycle.check()
  }

  /** Why no more work is let in; `undefined`: it is. @param always whether there is room for it past the limit. */
  refusal(always = false): Error | undefined {
    if (!this.lifecycle.isOpen) return this.lifecycle.closedError()
    if (always || this.queueLimit === Number.POSITIVE_INFINITY) return undefined
    if (!this.line.isFull(this.queueLimit)) return undefined
    return queueFull(this.name, this.queueLimit)
  }

  ready(signal: AbortSignal | undefined): Promise<void> {
    checkSignal(signal)
    return this.#untilRoom(signal)
  }

  async #untilRoom(signal: AbortSignal | undefined): Promise<void> {
    const { lifecycle, line, queueLimit } = this
    const slot = slotAround(line)
    const hasRoom = (): boolean => line.hasRoomFor(queueLimit) || (slot?.isLendable ?? false)
    await this.changes.until(() => !lifecycle.isOpen || hasRoom(), signal)
    if (!lifecycle.isOpen) throw lifecycle.closedError()
  }

  close(options?: CloseOptions): Promise<void> {
    const closed = this.lifecycle.close(options)
    this.changes.check()
    return closed
  }

  /** Every job that has not given its slot back, in start order, then those in pauses, then in line order. */
  get jobs(): Job[] {
    const holders = [...(this.running as Iterable<SlotHolder>)]
    const running = holders.sort(byStart).flatMap((holder) => holder.toJob() ?? [])
    const others = [...this.pausing, ...this.line].filter((one): one is Job => one instanceof Job)
    return [...running, ...others]
  }

  /** Interrupts all work, as its own signal would. `isFinal`: settles it too, whatever the bodies do. */
  interruptAll(reason: ReasonOf, isFinal = false): void {
    for (const job of this.jobs) {
      job.interrupt(reason(job.hasBegun), isFinal || this.isImmediate)
    }
    this.streams.interruptAll(reason)
  }
}

/** The reason for a job that had `started`, or had not. */
export type ReasonOf = (started: boolean) => unknown

/** One error for all jobs that had started and one for all others: a million cancelled jobs make no million errors. */
export function reasonByStart(reason: TaskCancelledError): ReasonOf {
  const { message, origin, executor, cause } = reason
  let begun: TaskCancelledError | undefined
  return (started) => {
    if (!started) return reason
    begun ??= new TaskCancelledError(message, { origin, executor, cause, started })
    return begun
  }
}

function byStart(one: SlotHolder, other: SlotHolder): number {
  return one.startedAt - other.startedAt
}
