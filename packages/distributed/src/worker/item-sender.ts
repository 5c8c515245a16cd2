import { type Deferred, type Dependent, deferred } from '@conc/core/internal'
import { decode, decodeError } from '@conc/wire'
import type { CallKind } from '../protocol/call-grammar.js'
import { CreditAccount } from '../protocol/credit.js'
import { decodeCredit } from '../protocol/credit-body.js'
import { frameType } from '../protocol/frame-types.js'
import type { ItemPacker } from '../protocol/item-packer.js'

/** Whatever a generator or an iterable gives. */
export type Items = AsyncIterator<unknown, unknown, unknown> | Iterator<unknown, unknown, unknown>

/** An item could not be made bytes; `cause` says why. */
export class EncodeFailure extends Error {
  constructor(cause: unknown) {
    super('An item cannot travel.', { cause })
  }
}

/** What the consumer of a duplex asks for: one step of the generator. */
type Step =
  | { readonly how: 'next' | 'return'; readonly value: unknown }
  | { readonly how: 'throw'; readonly value: unknown }

/** The producer's end of a stream: as many items as were granted, or for a duplex one for each thing sent in. */
export class ItemSender implements Dependent {
  readonly #isDuplex: boolean
  readonly #packer: ItemPacker
  readonly #credit = new CreditAccount()
  readonly #steps: Step[] = []
  #waiting: Deferred<void> | undefined
  #isLeft = false

  constructor(kind: CallKind, packer: ItemPacker) {
    this.#isDuplex = kind === 'duplex'
    this.#packer = packer
  }

  /** Sends what `iterator` makes until its end, or until the consumer has left; then its `finally` has run. */
  run(iterator: Items): Promise<unknown> {
    return this.#isDuplex ? this.#answer(iterator) : this.#pump(iterator)
  }

  tell(type: number, body: Uint8Array): void {
    if (type === frameType.next && !this.#isDuplex) this.#grant(body)
    else if (this.#isDuplex) this.#steps.push(stepOf(type, body))
    else this.#isLeft = true
    this.#goOn()
  }

  /** The call was cancelled. */
  cancelled(): void {
    this.#isLeft = true
    this.#goOn()
  }

  async #pump(iterator: Items): Promise<undefined> {
    let isOver = false
    try {
      for (;;) {
        while (!this.#isLeft && !this.#credit.mayYield) await this.#word()
        if (this.#isLeft) break
        // A generator that throws is over; one whose item cannot be sent is not.
        isOver = true
        const step = iterator.next()
        const { done, value } = isPromise(step) ? await step : step
        if (done) return
        isOver = false
        // A sync generator may yield promises; `for await` would wait for them too.
        this.#credit.spend(this.#packer.add(isPromise(value) ? await value : value))
      }
    } finally {
      if (!isOver) await iterator.return?.()
    }
  }

  async #answer(iterator: Items): Promise<unknown> {
    for (;;) {
      while (!this.#isLeft && this.#steps.length === 0) await this.#word()
      const step = this.#steps.shift()
      if (step === undefined) {
        await iterator.return?.(undefined)
        return undefined
      }
      const { done, value } = await advance(iterator, step)
      if (done) return value
      this.#packer.add(await value)
    }
  }

  /** What there is goes on its way meanwhile. */
  async #word(): Promise<void> {
    this.#packer.flush()
    this.#waiting = deferred()
    await this.#waiting.promise
  }

  #goOn(): void {
    this.#waiting?.resolve()
    this.#waiting = undefined
  }

  #grant(body: Uint8Array): void {
    const credit = decodeCredit(body)
    if (credit) this.#credit.grant(credit)
  }
}

function stepOf(type: number, body: Uint8Array): Step {
  if (type === frameType.throw) return { how: 'throw', value: decodeError(body) }
  const value = body.byteLength === 0 ? undefined : decode(body, { root: 'sent' })
  return { how: type === frameType.return ? 'return' : 'next', value }
}

async function advance(
  iterator: Items,
  { how, value }: Step,
): Promise<IteratorResult<unknown, unknown>> {
  if (how === 'next') return await iterator.next(value)
  if (how === 'return') return (await iterator.return?.(value)) ?? { done: true, value }
  if (iterator.throw) return await iterator.throw(value)
  await iterator.return?.()
  throw value
}

function isPromise<T>(value: T | PromiseLike<T>): value is PromiseLike<T> {
  return typeof (value as PromiseLike<unknown> | null)?.then === 'function'
}
