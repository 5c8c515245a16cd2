import { type StreamWork, UnsupportedWorkError } from '@conc/core'
import { type Bytes, type StepAnswer, TaskStream } from '@conc/core/internal'
import { decode, decodeError } from '@conc/wire'
import type { SentCall } from '../calls/call-route.js'
import type { Fault } from '../coordinator/fault.js'
import { inOne } from '../coordinator/fault.js'
import { CreditAccount } from '../protocol/credit.js'
import { decodeCredit } from '../protocol/credit-body.js'
import { frameType } from '../protocol/frame-types.js'
import type { ItemPacker } from '../protocol/item-packer.js'
import type { DecodedCall } from './decoded-call.js'
import { unsendable } from './encoded-ending.js'

type Items = AsyncGenerator<unknown, unknown, unknown>

/** Executors that pass on what is sent into a generator. */
interface DuplexExecutor {
  duplex(work: unknown, args: readonly unknown[], options: object): Items
}

/** The producer's end of one stream: pulls items of the executor as far as its consumer has granted. */
export class DecodedStream implements SentCall, StepAnswer<unknown> {
  readonly #call: DecodedCall
  readonly #credit = new CreditAccount()
  readonly #packer: ItemPacker
  #items: Items | undefined
  #isPulling = false
  #isBegun = false
  /** Of a duplex: each step waits for the one before it. */
  #steps: Promise<void> = Promise.resolve()

  constructor(call: DecodedCall) {
    this.#call = call
    this.#packer = call.packer()
    const { executor, request } = call
    call.owner.handedOver?.()
    call.within((work, args, options) => {
      if (request.kind === 'duplex') this.#items = duplexOf(executor, work, args, options)
      else {
        const streamed = work as unknown as StreamWork<readonly unknown[], unknown>
        this.#items = executor.stream(streamed, args, options)
      }
    })
  }

  get isStarted(): boolean {
    return this.#call.isStarted
  }

  get isWaiting(): boolean {
    return this.#call.isWaiting
  }

  cancel(reason: Fault): void {
    this.#call.cancel(reason)
    // Nobody has asked for an item yet: no pending one will tell of the end.
    if (!this.#isPulling) this.#leave(undefined)
  }

  tell(type: number, body: Bytes = []): void {
    if (this.#items === undefined || this.#call.isLeft) return
    if (type === frameType.throw) this.#thrownInto(body)
    else if (type === frameType.return) this.#returned(body)
    else if (type === frameType.send) this.#step((items) => items.next(valueIn(body)))
    else this.#granted(body)
  }

  #granted(body: Bytes): void {
    const credit = decodeCredit(inOne(body))
    if (credit === undefined) return
    this.#credit.grant(credit)
    if (this.#isPulling || !this.#credit.mayYield) return
    const items = this.#items as Items
    // A stream is accepted with its first step, in the surroundings of that.
    if (this.#isBegun) this.#pull(items)
    else this.#call.inFrame(() => this.#pull(items))
  }

  #thrownInto(body: Bytes): void {
    const error = decodeError(inOne(body))
    if (this.#call.request.kind === 'duplex') this.#step((items) => items.throw(error))
    else this.#leave({ error })
  }

  #returned(body: Bytes): void {
    if (this.#call.request.kind !== 'duplex') this.#leave(undefined)
    else this.#step((items) => items.return(body.length === 0 ? undefined : valueIn(body)))
  }

  /** Asks for one item; what comes of it asks for the next. */
  #pull(items: Items): void {
    this.#isPulling = this.#isBegun = true
    if (items instanceof TaskStream) items.nextTold(this)
    else items.next().then(this.resolve, this.reject)
  }

  readonly resolve = ({ done, value }: IteratorResult<unknown, unknown>): void => {
    const call = this.#call
    if (call.isLeft) return
    if (done) {
      call.end(call.succeeded(undefined))
      return
    }
    try {
      this.#credit.spend(this.#yield(value))
    } catch {
      return
    }
    if (this.#credit.mayYield && !call.isLeft) this.#pull(this.#items as Items)
    else this.#rest()
  }

  readonly reject = (error: unknown): void => {
    if (!this.#call.isLeft) this.#call.end(this.#call.failed(error))
  }

  /** @returns its size. @throws what cannot travel, which has ended the call then */
  #yield(value: unknown): number {
    try {
      const size = this.#packer.add(value)
      this.#call.isStarted = true
      return size
    } catch (error) {
      this.#leave({ error, isUnsendable: true })
      throw error
    }
  }

  /** Nothing more is wanted for now, so that the pack is complete. */
  #rest(): void {
    this.#isPulling = false
    this.#packer.flush()
  }

  #step(advance: (items: Items) => Promise<IteratorResult<unknown, unknown>>): void {
    this.#steps = this.#steps.then(() => this.#take(advance))
  }

  async #take(advance: (items: Items) => Promise<IteratorResult<unknown, unknown>>): Promise<void> {
    if (this.#call.isLeft) return
    const items = this.#items as Items
    const isFirst = !this.#isBegun
    this.#isBegun = true
    try {
      const step = isFirst ? this.#call.inFrame(() => advance(items)) : advance(items)
      const { done, value } = await step
      if (done) this.#call.end(this.#call.succeeded(value))
      else this.#yield(value)
    } catch (error) {
      if (!this.#call.isLeft) this.#call.end(this.#call.failed(error))
    }
  }

  /** Ends the body, and then the call: with what its `finally` threw, with `failure`, or well. */
  #leave(failure: { error: unknown; isUnsendable?: true } | undefined): void {
    if (this.#call.isLeft) return
    const call = this.#call
    call.isLeft = true
    if (!this.#isBegun) call.neverBegins()
    const over = this.#items?.return(undefined) ?? Promise.resolve()
    void (over as Promise<unknown>).then(
      () => {
        if (failure?.isUnsendable) call.end(unsendable(failure.error))
        else call.end(failure ? call.failed(failure.error) : call.succeeded(undefined))
      },
      (error) => call.end(call.failed(error)),
    )
  }
}

function valueIn(body: Bytes): unknown {
  return decode(inOne(body), { root: 'value' })
}

function duplexOf(
  executor: object & { readonly name: string },
  work: unknown,
  args: readonly unknown[],
  options: object,
): Items {
  if ('duplex' in executor) return (executor as DuplexExecutor).duplex(work, args, options)
  throw new UnsupportedWorkError(
    `Executor '${executor.name}' streams one way only: nothing can be sent into its generators.`,
    { executor: executor.name },
  )
}
