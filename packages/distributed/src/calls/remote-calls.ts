import type { TaskCancelledError } from '@conc/core'
import {
  type Bytes,
  type Call,
  captureContext,
  deferred,
  endNow,
  type KeepAlive,
  noFrame,
  type Producer,
  type RemoteWork,
  Roster,
  runAttempts,
  type TravelContext,
} from '@conc/core/internal'
import { decode, encode } from '@conc/wire'
import type { CallRequest, Ending } from '../coordinator/call-request.js'
import { inOne } from '../coordinator/fault.js'
import { ArrivedValue } from '../link/arrived-value.js'
import type { EncodedReader } from '../logs/encoded-reader.js'
import { readerOf } from '../logs/surrounding-reader.js'
import type { Credit } from '../protocol/credit.js'
import { encodeSubmit, inAttempt } from './call-request-of.js'
import type { CallRoute, SentCall } from './call-route.js'
import { DuplexStream, type OpenDuplex } from './duplex-stream.js'
import { ItemQueue } from './item-queue.js'
import { ItemReceiver } from './item-receiver.js'
import { OneAttempt } from './one-attempt.js'

export interface RemoteLimits {
  readonly maxPayloadBytes: number
  readonly prefetch: Credit
  /** How tags are meant; default: all of them. */
  readonly tagMatch?: 'all' | 'any' | undefined
  /** The most a call may wait for its start; default Infinity. */
  readonly startTimeoutMs?: number | undefined
  /** Who wants the records of their bodies; default nobody. */
  readonly log?: EncodedReader | undefined
}

/**
 * The calls of one executor whose bodies run elsewhere, from their acceptance until those are over: values become
 * bytes here and bytes values, and attempts are made.
 */
export class RemoteCalls implements RemoteWork {
  readonly #route: CallRoute
  readonly #limits: RemoteLimits
  readonly #onEnd: () => void
  readonly #keepAlive: KeepAlive | undefined
  readonly #calls = new Roster()

  /**
   * @param onEnd called after each end of a call.
   * @param keepAlive held for each call.
   */
  constructor(route: CallRoute, limits: RemoteLimits, onEnd: () => void, keepAlive?: KeepAlive) {
    this.#route = route
    this.#limits = limits
    this.#onEnd = onEnd
    this.#keepAlive = keepAlive
  }

  get isEmpty(): boolean {
    return this.#calls.size === 0
  }

  add(call: Call): void {
    this.#calls.append(call)
    this.#keepAlive?.hold()
  }

  /** The body is over, and there will be no other. */
  delete(call: Call): void {
    if (call.list !== this.#calls) return
    this.#calls.remove(call)
    call.cancellation.end()
    endNow(call.options)
    this.#keepAlive?.letGo()
    this.#onEnd()
  }

  interruptAll(reason: TaskCancelledError): void {
    for (const call of [...this.#calls] as Call[]) call.interruptLike(reason)
  }

  /** Makes the attempts of a call and settles it. @param route another way than the usual one. */
  perform(call: Call, args: readonly unknown[], route: CallRoute = this.#route): Promise<unknown> {
    this.add(call)
    let submit: CallRequest
    try {
      submit = this.#encode(call, args, captureContext(call, call.frame ?? noFrame), 'call')
    } catch (error) {
      call.reject(error)
      this.delete(call)
      return call.promise
    }
    if (call.retry !== undefined) void this.#repeat(call, submit)
    else this.#start(call, submit, 1, this.#settle, undefined, route)
    return call.promise
  }

  /** Starts one attempt of a stream; its consumer settles the call. */
  async openStream<Y>(
    call: Call,
    args: readonly unknown[],
    context: TravelContext | undefined,
    number: number,
  ): Promise<Producer<Y>> {
    const submit = this.#encode(call, args, context, 'stream')
    const receiver = new ItemReceiver<Y>(this.#limits.prefetch)
    const ended = (_: Call, ending: Ending): void => receiver.ended(ending)
    const sent = this.#start(call, submit, number, ended, (pack) => receiver.arrived(pack))
    receiver.attach(sent)
    return receiver
  }

  /** A generator that takes what is sent in. @param accept makes the call when it begins. */
  duplex<Y, R, S>(args: readonly unknown[], accept: () => Call): DuplexStream<Y, R, S> {
    return new DuplexStream<Y, R, S>({
      open: () => this.#openDuplex(accept(), args),
      encode: (value) => encode(value, { root: 'sent' }).chunks,
      errorOf: (ending) => ending.fault.error,
      ended: (call) => this.delete(call),
    })
  }

  #openDuplex(call: Call, args: readonly unknown[]): OpenDuplex {
    try {
      const submit = this.#encode(call, args, captureContext(call, call.frame ?? noFrame), 'duplex')
      const queue = new ItemQueue(undefined)
      const ended = (_: Call, ending: Ending): void => queue.ended(ending)
      const sent = this.#start(call, submit, 1, ended, (pack) => queue.arrived(pack))
      queue.attach(sent)
      return { call, sent, queue }
    } catch (error) {
      call.reject(error)
      this.delete(call)
      throw error
    }
  }

  #encode(
    call: Call,
    args: readonly unknown[],
    context: TravelContext | undefined,
    kind: CallRequest['kind'],
  ): CallRequest {
    const level = readerOf(call, this.#limits.log)?.level
    return encodeSubmit(call, args, context, kind, this.#limits, level)
  }

  async #repeat(call: Call, submit: CallRequest): Promise<void> {
    try {
      call.resolve(
        await runAttempts(call.attemptRules, (number) => this.#attempt(call, submit, number)),
      )
    } catch (error) {
      call.reject(error)
    } finally {
      this.delete(call)
    }
  }

  /** One of several attempts, as a promise that settles when its body has ended. */
  #attempt(call: Call, submit: CallRequest, number: number): Promise<unknown> {
    const { promise, resolve, reject } = deferred<unknown>()
    this.#start(call, submit, number, (_, ending) => {
      try {
        resolve(this.#outcome(ending))
      } catch (error) {
        reject(error)
      }
    })
    return promise
  }

  #start(
    call: Call,
    submit: CallRequest,
    number: number,
    ended: (call: Call, ending: Ending) => void,
    items?: (pack: Bytes) => void,
    route: CallRoute = this.#route,
  ): SentCall {
    const owner = new OneAttempt(call, ended, readerOf(call, this.#limits.log), items)
    const sent = route.send(inAttempt(call, submit, number), owner)
    owner.sent = sent
    call.attempt = sent
    call.cancellation.add(owner)
    return sent
  }

  /** One for all: most calls are made once. */
  readonly #settle = (call: Call, ending: Ending): void => {
    try {
      call.resolve(this.#outcome(ending))
    } catch (error) {
      call.reject(error)
    }
    this.delete(call)
  }

  /** The value of a call that ended well. @throws what it failed with. */
  #outcome(ending: Ending): unknown {
    if (ending instanceof ArrivedValue) return ending.decoded('result')
    if (ending.ok) return decode(inOne(ending.value), { root: 'result' })
    throw ending.fault.error
  }
}
