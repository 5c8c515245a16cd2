import { TaskCancelledError } from '../../errors/executor-error.js'
import { type AttemptRules, runAttempts } from '../calls/attempts.js'
import type { Call } from '../calls/call.js'
import type { Dependent } from '../calls/cancellation.js'

/** The side that makes the items of one stream. */
export interface Producer<Y> {
  /** Asks for one item. Not called again before it has settled. */
  next(): Promise<IteratorResult<Y, unknown>>
  /** An item that is here already; `undefined` where `next()` has to be asked. Makes the way from item to item short. */
  take?(): IteratorYieldResult<Y> | undefined
  /**
   * Waits for a pending `next()`, runs the body's `finally`, gives its slot back. Rejects as `finally` throws.
   * Called on every path; a second call gets the same promise.
   */
  stop(): Promise<void>
  /** The body runs right here: what `next()` rejects with, it threw. */
  readonly isHere?: boolean
  /** The consumer leaves. Called before the call is cancelled, so that a stream behind this one leaves its own body. */
  leave?(): void
}

export interface StreamSource<Y> {
  /** Called at the first `next()`. @throws what refuses the call */
  accept(): Call
  /** What decides about attempts; default: what its call says. */
  rules?(call: Call): AttemptRules
  /** Waits for a slot and starts the body. */
  open(call: Call, attempt: number): Promise<Producer<Y>>
  /** The body is over, also after a cancel. */
  ended(call: Call): void
}

/** The call and the body behind one stream: accepted with its first step, opened with the attempts of the call, ended once. */
export class StreamCall<Y> {
  readonly #source: StreamSource<Y>
  #state: 'idle' | 'open' | 'ended' = 'idle'
  #call: Call | undefined
  #producer: Producer<Y> | undefined
  #closing: Promise<void> | undefined

  constructor(source: StreamSource<Y>) {
    this.#source = source
  }

  /** The producer of a stream that goes on. */
  get producer(): Producer<Y> | undefined {
    return this.#state === 'open' ? this.#producer : undefined
  }

  /** From the first item asked for on. */
  get call(): Call | undefined {
    return this.#call
  }

  get isOpen(): boolean {
    return this.#state === 'open'
  }

  get isEnded(): boolean {
    return this.#state === 'ended'
  }

  /** One more item, or the end; ends the call as well then. `dependent` is told of the call's interruption. */
  async pull(dependent: Dependent): Promise<IteratorResult<Y, void>> {
    try {
      const result = await (this.#producer ? this.#producer.next() : this.#open(dependent))
      if (!result.done) return result
      await this.finish()
      return { done: true, value: undefined }
    } catch (error) {
      await this.fail(error)
      throw error
    }
  }

  /** The body has come to its end. @returns rejects as its `finally` throws */
  async finish(): Promise<void> {
    this.#state = 'ended'
    await this.#shutDown()
  }

  /** The body, or the way to it, failed. */
  async fail(error: unknown): Promise<void> {
    this.#state = 'ended'
    if (this.#producer?.isHere) this.#call?.threw(error)
    this.#call?.reject(error)
    await this.#shutDown().catch(() => {})
  }

  /** The call was interrupted. */
  interrupted(): void {
    this.#state = 'ended'
    // While it is being opened there is no producer yet: the opening fails by itself and ends the call.
    if (this.#producer) void this.#shutDown().catch(() => {})
  }

  /**
   * Ends the body before its end, because its consumer leaves it or its executor is closed.
   *
   * @returns what the call ends with, and when; `undefined` where there is nothing to end
   */
  cut(origin: 'cancel' | 'shutdown'): CutShort | undefined {
    const call = this.#call
    const wasOpen = this.isOpen
    this.#state = 'ended'
    if (!wasOpen || call === undefined) return undefined
    const reason = cutShort(origin, call)
    call.stopFollowing()
    this.#producer?.leave?.()
    call.cancellation.cancel(reason)
    const over = this.#producer && Promise.race([this.#shutDown(), rejectionOf(call.promise)])
    over?.catch(() => {})
    return { reason, over: over ?? Promise.resolve() }
  }

  /** Accepts the call and gets the first item; until there is one, the call's retry policy holds. */
  async #open(dependent: Dependent): Promise<IteratorResult<Y, unknown>> {
    this.#state = 'open'
    const call = this.#source.accept()
    this.#call = call
    call.promise.catch(() => {})
    call.cancellation.add(dependent)
    if (call.isSettled) return { done: true, value: await call.promise }
    const rules = this.#source.rules?.(call) ?? call.attemptRules
    return await runAttempts(rules, (attempt) => this.#begin(call, attempt))
  }

  async #begin(call: Call, attempt: number): Promise<IteratorResult<Y, unknown>> {
    const producer = await this.#source.open(call, attempt)
    try {
      if (this.isEnded) throw call.cancellation.reason
      this.#producer = producer
      const first = await producer.next()
      // Also where the body is over by then, and its executor knows nothing more of it.
      call.isStarted = true
      return first
    } catch (error) {
      if (producer.isHere && !this.isEnded) call.threw(error)
      this.#producer = undefined
      await producer.stop().catch(() => {})
      throw error
    }
  }

  /** Ends the body, where there is one, and then the call; once. */
  #shutDown(): Promise<void> {
    this.#closing ??= this.#close()
    return this.#closing
  }

  async #close(): Promise<void> {
    try {
      await this.#producer?.stop()
    } finally {
      const call = this.#call
      if (call) {
        call.resolve()
        call.cancellation.end()
        this.#source.ended(call)
      }
    }
  }
}

/** How a stream ended before its end. */
interface CutShort {
  readonly reason: TaskCancelledError
  /** Settles when the body is over; rejects as its `finally` throws. */
  readonly over: Promise<void>
}

/** What a stream ends with that its consumer leaves, or the end of its executor. */
export function cutShort(origin: 'cancel' | 'shutdown', call: Call): TaskCancelledError {
  const message =
    origin === 'cancel'
      ? 'The stream was left before its end.'
      : 'The executor was closed before the stream had come to its end.'
  return new TaskCancelledError(message, { origin, ...call.identity })
}

/** Follows only the failure of `promise`. */
function rejectionOf(promise: Promise<unknown>): Promise<never> {
  return new Promise((_, reject) => {
    promise.catch(reject)
  })
}
