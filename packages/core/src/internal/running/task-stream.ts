import { TaskCancelledError } from '../../errors/executor-error.js'
import { runAttempts } from '../calls/attempts.js'
import type { Call } from '../calls/call.js'
import type { Dependent } from '../calls/cancellation.js'
import { deferred } from '../deferred.js'

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
  /** The consumer leaves. Called before the call is cancelled, so that a stream behind this one leaves its own body. */
  leave?(): void
}

export interface StreamSource<Y> {
  /** Called at the first `next()`. @throws what refuses the call */
  accept(): Call
  /** Waits for a slot and starts the body. */
  open(call: Call, attempt: number): Promise<Producer<Y>>
  /** The body is over, also after a cancel. */
  ended(call: Call): void
}

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
  readonly #source: StreamSource<Y>
  #state: 'idle' | 'open' | 'ended' = 'idle'
  #call: Call | undefined
  #producer: Producer<Y> | undefined
  /** What a consumer that was not waiting when the stream failed is told at its next `next()`. */
  #failure: { readonly reason: unknown } | undefined
  #pending: Waiting<Y> | undefined
  /** The last answer that was asked for; until it is there, the next one waits. */
  #last: Promise<unknown> = nothingAsked
  /** Calls of `next()` that were not answered yet. */
  #asked = 0
  #closing: Promise<void> | undefined
  #isDraining = false

  constructor(source: StreamSource<Y>) {
    this.#source = source
  }

  next(): Promise<IteratorResult<Y, void>> {
    if (this.#asked === 0 && this.#state === 'open' && this.#producer) {
      return this.#advance(this.#producer)
    }
    // As natively: calls made at once are answered one after the other.
    this.#asked++
    const answer = (): Promise<IteratorResult<Y, void>> => this.#answer()
    const result = this.#last.then(answer, answer)
    result.catch(() => {})
    this.#last = result
    return result
  }

  /** As `next()`, without a promise of its own. Not called again before it was answered, nor beside `next()`. */
  nextTold(answer: StepAnswer<Y>): void {
    if (this.#asked > 0 || this.#state !== 'open' || !this.#producer) {
      this.next().then(answer.resolve, answer.reject)
      return
    }
    this.#asked++
    this.#pending = answer
    this.#producer.next().then(this.#came, this.#broke)
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

  /**
   * Its executor ends: the body is returned, now, or when the consumer has the item that it waits for. If that asks for another one, it is
   * told why there is none: an end would look as if it had seen all items.
   */
  drain(): void {
    this.#isDraining = true
    const call = this.#call
    if (this.#pending || this.#state !== 'open' || !call) return
    const reason = endedBy('shutdown', call)
    this.#leave(reason).catch(() => {})
    this.#failure = { reason }
  }

  /** The call was interrupted: by its signal, its deadline, its parent, or the executor's close. */
  cancelled(reason: unknown): void {
    if (this.#state === 'ended') return
    this.#state = 'ended'
    const pending = this.#taken()
    if (pending) fail(pending, reason)
    else this.#failure = { reason }
    // While it is being opened there is no producer yet: the opening fails by itself and ends the call.
    if (this.#producer) void this.#shutDown().catch(() => {})
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
    this.#finish().then(
      () => this.#settled()?.resolve({ done: true, value: undefined }),
      this.#broke,
    )
  }

  readonly #broke = (error: unknown): void => {
    void this.#fail(error).then(() => {
      const pending = this.#settled()
      if (pending) fail(pending, error)
    })
  }

  /** What `#advance` asked for is there. */
  #settled(): Waiting<Y> | undefined {
    const pending = this.#taken()
    this.#answered()
    if (this.#isDraining) this.drain()
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
      if (this.#state === 'ended') return { done: true, value: undefined }
      return await this.#interruptible(this.#pull())
    } finally {
      this.#answered()
    }
  }

  /** Holds no answer that is there: a consumer that dropped its stream may have hung itself on it. */
  #answered(): void {
    if (--this.#asked === 0) this.#last = nothingAsked
  }

  async #interruptible(pull: Promise<IteratorResult<Y, void>>): Promise<IteratorResult<Y, void>> {
    const pending = deferred<IteratorResult<Y, void>>()
    this.#pending = pending
    pull.then(pending.resolve, pending.reject)
    try {
      return await pending.promise
    } finally {
      this.#pending = undefined
      if (this.#isDraining) this.drain()
    }
  }

  async #pull(): Promise<IteratorResult<Y, void>> {
    try {
      const result = await (this.#producer ? this.#producer.next() : this.#open())
      if (!result.done) return result
      await this.#finish()
      return { done: true, value: undefined }
    } catch (error) {
      await this.#fail(error)
      throw error
    }
  }

  /** Accepts the call and gets the first item; until there is one, the call's retry policy holds. */
  async #open(): Promise<IteratorResult<Y, unknown>> {
    this.#state = 'open'
    const call = this.#source.accept()
    this.#call = call
    call.promise.catch(() => {})
    call.cancellation.add(this)
    if (call.isSettled) return { done: true, value: await call.promise }
    return await runAttempts(call.attemptRules, (attempt) => this.#begin(call, attempt))
  }

  async #begin(call: Call, attempt: number): Promise<IteratorResult<Y, unknown>> {
    const producer = await this.#source.open(call, attempt)
    try {
      if (this.#state === 'ended') throw call.cancellation.reason
      this.#producer = producer
      return await producer.next()
    } catch (error) {
      this.#producer = undefined
      await producer.stop().catch(() => {})
      throw error
    }
  }

  async #finish(): Promise<void> {
    this.#state = 'ended'
    await this.#shutDown()
  }

  async #fail(error: unknown): Promise<void> {
    this.#state = 'ended'
    this.#call?.reject(error)
    await this.#shutDown().catch(() => {})
  }

  async #leave(reason?: TaskCancelledError): Promise<void> {
    this.#failure = undefined
    const call = this.#call
    const isOpen = this.#state === 'open'
    this.#state = 'ended'
    if (!isOpen || call === undefined) return
    call.stopFollowing()
    this.#producer?.leave?.()
    call.cancellation.cancel(reason ?? endedBy('cancel', call))
    // Somebody waits in next(), perhaps on a body that never answers: it ends for the consumer now.
    const pending = this.#taken()
    pending?.resolve({ done: true, value: undefined })
    if (this.#producer === undefined) return
    const over = this.#shutDown()
    if (pending) return void over.catch(() => {})
    await Promise.race([over, rejectionOf(call.promise)])
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

function endedBy(origin: 'cancel' | 'shutdown', call: Call): TaskCancelledError {
  const message =
    origin === 'cancel'
      ? 'The stream was left before its end.'
      : 'The executor was closed before the stream had come to its end.'
  return new TaskCancelledError(message, { origin, ...call.identity })
}

/** An answer that nobody waits for any more is no unhandled failure. */
function fail<Y>(answer: Waiting<Y>, reason: unknown): void {
  answer.promise?.catch(() => {})
  answer.reject(reason)
}

/** Follows only the failure of `promise`. */
function rejectionOf(promise: Promise<unknown>): Promise<never> {
  return new Promise((_, reject) => {
    promise.catch(reject)
  })
}
