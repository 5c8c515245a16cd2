import type { Bytes, Call, Dependent } from '@conc/core/internal'
import { decode, encodeError } from '@conc/wire'
import type { Ending } from '../coordinator/call-request.js'
import { frameType } from '../protocol/frame-types.js'
import type { SentCall } from './call-route.js'
import type { ItemQueue } from './item-queue.js'

/** One duplex that has begun. */
export interface OpenDuplex {
  readonly call: Call
  readonly sent: SentCall
  readonly queue: ItemQueue
}

export interface DuplexSource {
  /** Accepts the call and sends it. @throws what refuses it */
  open(): OpenDuplex
  /** A value that is sent in, as bytes. @throws {SerializationError} */
  encode(value: unknown): Bytes
  /** What a failed end is to its caller. */
  errorOf(ending: Extract<Ending, { ok: false }>): unknown
  /** The body is over. */
  ended(call: Call): void
}

/** A generator that runs elsewhere, with all that a generator is: values go in, and its return value comes out. */
export class DuplexStream<Y, R, S> implements AsyncGenerator<Y, R, S>, Dependent {
  readonly #source: DuplexSource
  #open: OpenDuplex | undefined
  #state: 'idle' | 'open' | 'ended' = 'idle'
  #turn: Promise<unknown> = Promise.resolve()
  /** What a consumer that was not waiting when the call was interrupted is told at its next step. */
  #failure: { readonly reason: unknown } | undefined
  #reject: ((reason: unknown) => void) | undefined

  constructor(source: DuplexSource) {
    this.#source = source
  }

  next(value?: S): Promise<IteratorResult<Y, R>> {
    return this.#inTurn(async () => {
      if (this.#state === 'ended') return { done: true, value: undefined as R }
      // The first value goes nowhere, as natively.
      const body = this.#state === 'idle' || value === undefined ? undefined : value
      return await this.#step(frameType.send, body === undefined ? [] : this.#source.encode(body))
    })
  }

  throw(error: unknown): Promise<IteratorResult<Y, R>> {
    return this.#inTurn(async () => {
      if (this.#state !== 'open') {
        this.#state = 'ended'
        throw error
      }
      return await this.#step(frameType.throw, encodeError(error).chunks)
    })
  }

  return(value: R | PromiseLike<R>): Promise<IteratorResult<Y, R>> {
    return this.#inTurn(async () => {
      const given = await value
      if (this.#state !== 'open') {
        this.#state = 'ended'
        return { done: true, value: given }
      }
      const body = given === undefined ? [] : this.#source.encode(given)
      return await this.#step(frameType.return, body)
    })
  }

  [Symbol.asyncIterator](): this {
    return this
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.return(undefined as R)
  }

  /** The call was interrupted: by its signal, its deadline, its parent, or the executor's close. */
  cancelled(reason: unknown): void {
    if (this.#state === 'ended') return
    this.#state = 'ended'
    if (this.#reject) this.#reject(reason)
    else this.#failure = { reason }
    const open = this.#open
    void open?.queue.over.then(() => this.#source.ended(open.call))
  }

  /** As natively: calls made at once are answered one after the other. */
  #inTurn<T>(step: () => Promise<T>): Promise<T> {
    const result = this.#turn.then(() => {
      const failure = this.#failure
      this.#failure = undefined
      if (failure) throw failure.reason
      return step()
    })
    this.#turn = result.catch(() => {})
    return result
  }

  async #step(type: number, body: Bytes): Promise<IteratorResult<Y, R>> {
    const { queue, sent, call } = this.#begun()
    if (call.isSettled) {
      this.#state = 'ended'
      this.#failure = undefined
      return { done: true, value: (await call.promise) as R }
    }
    sent.tell(type, body)
    const interrupted = new Promise<never>((_, reject) => {
      this.#reject = reject
    })
    const step = await Promise.race([queue.next(), interrupted])
    this.#reject = undefined
    if ('item' in step) return { done: false, value: decode(step.item, { root: 'item' }) as Y }
    return this.#finish(call, step.ending)
  }

  #begun(): OpenDuplex {
    if (this.#open) return this.#open
    // A refusal ends it, as an error ends any generator.
    this.#state = 'ended'
    const open = this.#source.open()
    this.#state = 'open'
    this.#open = open
    open.call.promise.catch(() => {})
    open.call.cancellation.add(this)
    return open
  }

  #finish(call: Call, ending: Ending): IteratorResult<Y, R> {
    this.#state = 'ended'
    try {
      if (!ending.ok) throw this.#source.errorOf(ending)
      const [first] = ending.value
      const value = first ? decode(Buffer.concat(ending.value), { root: 'result' }) : undefined
      call.resolve()
      return { done: true, value: value as R }
    } catch (error) {
      call.reject(error)
      throw error
    } finally {
      this.#source.ended(call)
    }
  }
}
