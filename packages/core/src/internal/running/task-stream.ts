import type { Call } from '../calls/call.js'
import type { Dependent } from '../calls/cancellation.js'
import { deferred } from '../deferred.js'
import { type Producer, StreamCall, type StreamSource } from './stream-call.js'

/** Told the answer to one `next()`. */
export interface StepAnswer<Y> {
  resolve(result: IteratorResult<Y, void>): void
  reject(reason: unknown): void
}

/** Without a promise where its answer is told. */
type Waiting<Y> = StepAnswer<Y> & { readonly promise?: Promise<unknown> }

const nothingAsked = Promise.resolve()

/** The consumer's end of a stream: one item per `next()`, cancelled when left, ended by the call's interruption. */
export class TaskStream<Y> implements AsyncGenerator<Y, void, undefined>, Dependent {
  readonly #call: StreamCall<Y>
  /** What a consumer that was not waiting when the stream failed is told at its next `next()`. */
  #failure: { readonly reason: unknown } | undefined
  #pending: Waiting<Y> | undefined
  /** The last answer that was asked for; until it is there, the next one waits. */
  #last: Promise<unknown> = nothingAsked
  /** Calls of `next()` that were not answered yet. */
  #asked = 0
  #whenIdle: (() => void) | undefined

  constructor(source: StreamSource<Y>) {
    this.#call = new StreamCall(source)
  }

  next(): Promise<IteratorResult<Y, void>> {
    const { producer } = this.#call
    if (this.#asked === 0 && producer) return this.#advance(producer)
    // As natively: calls made at once are answered one after the other. The first one is accepted before this returns.
    const answer = (): Promise<IteratorResult<Y, void>> => this.#answer()
    const result = this.#asked++ === 0 ? answer() : this.#last.then(answer, answer)
    result.catch(() => {})
    if (this.#asked > 0) this.#last = result
    return result
  }

  /** As `next()`, without a promise of its own. Not called again before it was answered, nor beside `next()`. */
  nextTold(answer: StepAnswer<Y>): void {
    const { producer } = this.#call
    if (this.#asked > 0 || !producer) {
      this.next().then(answer.resolve, answer.reject)
      return
    }
    this.#asked++
    this.#pending = answer
    producer.next().then(this.#came, this.#broke)
  }

  async return(): Promise<IteratorResult<Y, void>> {
    await this.#leave()
    return { done: true, value: undefined }
  }

  /** Ends the producer; the given error comes back. */
  async throw(error: unknown): Promise<IteratorResult<Y, void>> {
    await this.#leave()
    throw error
  }

  [Symbol.asyncIterator](): this {
    return this
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#leave()
  }

  /** The call behind it, from the first `next()` on. */
  get call(): Call | undefined {
    return this.#call.call
  }

  /** Whether it goes on, and nobody waits for an item: perhaps nobody ever asks for one again. */
  get isIdle(): boolean {
    return this.#pending === undefined && this.#call.isOpen
  }

  /** Calls `told` whenever the consumer has what it waited for. */
  whenIdle(told: () => void): void {
    this.#whenIdle = told
  }

  /** Its executor ends: the body is returned, now, or when the consumer has the item that it waits for. */
  drain(): void {
    this.whenIdle(() => this.end())
    if (this.isIdle) this.end()
  }

  /**
   * Returns the body before its end. A consumer that asks for one more item is told why there is none: an end would look
   * as if it had seen all of them.
   */
  end(): void {
    const reason = this.#call.cut('shutdown')?.reason
    if (reason) this.#failure = { reason }
  }

  /** The call was interrupted: by its signal, its deadline, its parent, or the executor's close. */
  cancelled(reason: unknown): void {
    if (this.#call.isEnded) return
    this.#call.interrupted()
    const pending = this.#taken()
    if (pending) fail(pending, reason)
    else this.#failure = { reason }
  }

  /** The usual step, with the promises that it needs and no others: each one of an item costs all items. */
  #advance(producer: Producer<Y>): Promise<IteratorResult<Y, void>> {
    const taken = producer.take?.()
    if (taken) return Promise.resolve(taken)
    this.#asked++
    const pending = deferred<IteratorResult<Y, void>>()
    this.#pending = pending
    this.#last = pending.promise
    producer.next().then(this.#came, this.#broke)
    return pending.promise
  }

  readonly #came = (result: IteratorResult<Y, unknown>): void => {
    if (!result.done) {
      this.#settled()?.resolve(result)
      return
    }
    this.#call
      .finish()
      .then(() => this.#settled()?.resolve({ done: true, value: undefined }), this.#broke)
  }

  readonly #broke = (error: unknown): void => {
    void this.#call.fail(error).then(() => {
      const pending = this.#settled()
      if (pending) fail(pending, error)
    })
  }

  /** What `#advance` asked for is there. */
  #settled(): Waiting<Y> | undefined {
    const pending = this.#taken()
    this.#answered()
    return pending
  }

  /** Whoever waits: answered once, by whoever takes it. */
  #taken(): Waiting<Y> | undefined {
    const pending = this.#pending
    this.#pending = undefined
    return pending
  }

  async #answer(): Promise<IteratorResult<Y, void>> {
    try {
      if (this.#failure) {
        const { reason } = this.#failure
        this.#failure = undefined
        throw reason
      }
      if (this.#call.isEnded) return { done: true, value: undefined }
      return await this.#interruptible()
    } finally {
      this.#answered()
    }
  }

  /** Holds no answer that is there: a consumer that dropped its stream may have hung itself on it. */
  #answered(): void {
    if (--this.#asked === 0) this.#last = nothingAsked
    this.#whenIdle?.()
  }

  /** The first step: what interrupts the call while it is accepted is told to whoever asks for that. */
  async #interruptible(): Promise<IteratorResult<Y, void>> {
    const pending = deferred<IteratorResult<Y, void>>()
    this.#pending = pending
    this.#call.pull(this).then(pending.resolve, pending.reject)
    try {
      return await pending.promise
    } finally {
      this.#pending = undefined
    }
  }

  async #leave(): Promise<void> {
    this.#failure = undefined
    const cut = this.#call.cut('cancel')
    // Somebody waits in next(), perhaps on a body that never answers: it ends for the consumer now.
    const pending = this.#taken()
    pending?.resolve({ done: true, value: undefined })
    if (!pending) await cut?.over
  }
}

/** An answer that nobody waits for any more is no unhandled failure. */
function fail<Y>(answer: Waiting<Y>, reason: unknown): void {
  answer.promise?.catch(() => {})
  answer.reject(reason)
}
