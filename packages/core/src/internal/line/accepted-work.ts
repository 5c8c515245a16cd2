import type { TaskCancelledError } from '../../errors/executor-error.js'
import type { Load } from '../../executor.js'
import type { Call } from '../calls/call.js'
import { DirectCall } from '../calls/direct-call.js'
import { OpenStreams } from '../running/open-streams.js'
import { Line } from './line.js'
import { Roster } from './roster.js'
import { Turn } from './turn.js'

/** The work an executor has accepted and not finished: its line, its calls, and how full it is. */
export class AcceptedWork {
  readonly line: Line
  /** Their calls are among the others. */
  readonly streams: OpenStreams
  readonly #queueLimit: number
  /** Until the body is over, which for a cancelled call is after its settlement. */
  readonly #calls = new Roster()
  #directRunning = 0
  #directWaiting = 0
  readonly #onEnd: () => void

  /** @param onEnd called after each end of a body, and when a stream may be idle. @param onRoom called when a slot or a place became free. */
  constructor(size: number, queueLimit: number, onEnd: () => void, onRoom: () => void) {
    this.line = new Line(size, onRoom)
    const isAlone = (): boolean => this.#calls.size === this.streams.size
    this.streams = new OpenStreams(this.line, isAlone, onEnd)
    this.#queueLimit = queueLimit
    this.#onEnd = onEnd
  }

  get load(): Load {
    const { size: concurrency, running, waiting } = this.line
    return {
      concurrency,
      running: running + this.#directRunning,
      waiting: waiting + this.#directWaiting,
      queueLimit: this.#queueLimit,
    }
  }

  get isIdle(): boolean {
    return this.#calls.size === 0
  }

  /** Whether one more call would be past the limit. What starts in this turn does not count as waiting. */
  get isFull(): boolean {
    return this.line.isFull(this.#queueLimit)
  }

  /** Whether one more call can start, or where waiting is limited, can wait. */
  get hasRoom(): boolean {
    return this.line.hasRoomFor(this.#queueLimit)
  }

  add(call: Call): void {
    this.#calls.append(call)
  }

  /** The body is over. */
  delete(call: Call): void {
    if (call.list === this.#calls) this.#calls.remove(call)
    this.#onEnd()
  }

  /** Interrupts every call; bodies go on until they heed it. */
  interruptAll(reason: TaskCancelledError): void {
    for (const call of [...this.#calls] as (Call | DirectCall)[]) call.interruptLike(reason)
  }

  /** Puts an attempt in line. */
  stand(call: Call, priority: number): Turn {
    return new Turn(this.line, call, priority)
  }

  /** Runs a plain function beside the line, in the next microtask. */
  startDirect(work: (...args: never[]) => unknown, args: readonly unknown[]): Promise<unknown> {
    const call = new DirectCall(work, args, this.#directStarted, this.#directEnded)
    this.#directWaiting++
    this.#calls.append(call)
    return call.promise
  }

  readonly #directStarted = (): void => {
    this.#directWaiting--
    this.#directRunning++
  }

  readonly #directEnded = (call: DirectCall): void => {
    if (call.isStarted) this.#directRunning--
    else this.#directWaiting--
    this.#calls.remove(call)
    this.#onEnd()
  }
}
