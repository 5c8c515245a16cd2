import type { Line } from '../line/line.js'
import type { TaskStream } from './task-stream.js'

/** What of a stream concerns its executor. */
type OpenStream = Pick<TaskStream<unknown>, 'call' | 'isIdle' | 'whenIdle' | 'end'>

const alreadyResolved = Promise.resolve()

/**
 * The streams of an executor that have begun and are not over. Their bodies hold slots, and their consumers may never come
 * back for the next item: whoever waits for the end of all work cannot wait for that.
 */
export class OpenStreams {
  readonly #streams = new Set<OpenStream>()
  readonly #line: Line
  readonly #isAlone: () => boolean
  readonly #whenIdle: () => void
  #isWatched = false
  #isScheduled = false

  /**
   * @param line of the slots that their bodies hold.
   * @param isAlone whether the executor has no other work.
   * @param whenIdle called when the consumer of one has what it waited for, after `watch`.
   */
  constructor(line: Line, isAlone: () => boolean, whenIdle: () => void) {
    this.#line = line
    this.#isAlone = isAlone
    this.#whenIdle = whenIdle
  }

  get size(): number {
    return this.#streams.size
  }

  add(stream: OpenStream): void {
    this.#streams.add(stream)
    if (this.#isWatched) stream.whenIdle(this.#whenIdle)
  }

  delete(stream: OpenStream): void {
    this.#streams.delete(stream)
  }

  /** From now on tells when one is idle, of those too that are still to come. Costs each item a call. */
  watch(): void {
    if (this.#isWatched) return
    this.#isWatched = true
    for (const stream of this.#streams) stream.whenIdle(this.#whenIdle)
  }

  /** Whether the executor has no other work, and nobody waits for an item of any. */
  get areAbandoned(): boolean {
    if (!this.#isAlone()) return false
    for (const stream of this.#streams) if (!stream.isIdle) return false
    return true
  }

  /** Ends those that nobody waits for, where there is no other work. To be called whenever some has ended. */
  endIfAlone(): void {
    this.watch()
    if (this.#isScheduled || this.#streams.size === 0 || !this.#isAlone()) return
    this.#isScheduled = true
    // Not now: whoever ends work may be in the middle of it, and be about to interrupt these streams too.
    void alreadyResolved.then(this.#endIdle)
  }

  /** Interrupts their calls, between two attempts too. @param reasonOf given whether the body has begun */
  interruptAll(reasonOf: (started: boolean) => unknown): void {
    for (const { call } of [...this.#streams]) call?.interrupt(reasonOf(call.isStarted))
  }

  readonly #endIdle = (): void => {
    this.#isScheduled = false
    if (!this.#isAlone()) return
    const streams = [...this.#streams]
    const isOneAwaited = streams.some(({ isIdle }) => !isIdle)
    for (const stream of streams) {
      if (stream.isIdle && !(isOneAwaited && this.#isReadHere(stream))) stream.end()
    }
  }

  /** Whether it belongs to a body of this executor, which may need more of it for the item that is awaited of itself. */
  #isReadHere({ call }: OpenStream): boolean {
    const slot = call?.slots?.find(({ line }) => line === this.#line)
    return slot !== undefined && !slot.isOver
  }
}
