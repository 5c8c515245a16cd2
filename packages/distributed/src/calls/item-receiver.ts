import { type Bytes, type Deferred, deferred, type Producer } from '@conc/core/internal'
import { decode } from '@conc/wire'
import type { Ending } from '../coordinator/call-request.js'
import { inOne } from '../coordinator/fault.js'
import { type Credit, CreditWindow } from '../protocol/credit.js'
import { frameType } from '../protocol/frame-types.js'
import { encodeMeta } from '../protocol/meta.js'
import type { SentCall } from './call-route.js'

/** The consumer's end of a stream from elsewhere: grants credit, keeps what came ahead, decodes what is taken. */
export class ItemReceiver<Y> implements Producer<Y> {
  readonly #window: CreditWindow
  readonly #items: Uint8Array[] = []
  #head = 0
  #sent: SentCall | undefined
  #pending: Deferred<IteratorResult<Y, unknown>> | undefined
  #ending: Ending | undefined
  readonly #over: Deferred<void> = deferred()
  #stopping: Promise<void> | undefined

  constructor(prefetch: Credit) {
    this.#window = new CreditWindow(prefetch)
  }

  /** This is how the producer is reached. */
  attach(sent: SentCall): void {
    this.#sent = sent
  }

  next(): Promise<IteratorResult<Y, unknown>> {
    if (this.#head < this.#items.length) return this.#taken()
    if (this.#ending) return this.#atEnd(this.#ending)
    this.#pending = deferred()
    this.#grant()
    return this.#pending.promise
  }

  stop(): Promise<void> {
    this.#stopping ??= this.#stop()
    return this.#stopping
  }

  arrived(value: Bytes): void {
    const item = inOne(value)
    this.#window.arrived(item.byteLength)
    this.#items.push(item)
    const pending = this.#pending
    if (pending === undefined) return
    this.#pending = undefined
    this.#taken().then(pending.resolve, pending.reject)
  }

  /** The body is over; what it said before has arrived. */
  ended(ending: Ending): void {
    this.#ending = ending
    const pending = this.#pending
    this.#pending = undefined
    if (pending) this.#atEnd(ending).then(pending.resolve, pending.reject)
    this.#over.resolve()
  }

  async #stop(): Promise<void> {
    const hadEnded = this.#ending !== undefined
    if (!hadEnded) this.#sent?.tell(frameType.return)
    await this.#over.promise
    const ending = this.#ending
    // What its `finally` threw; a worker that had to be ended is no news to whoever left.
    if (!hadEnded && ending?.ok === false && ending.phase === 'body') throw ending.fault.error
  }

  async #taken(): Promise<IteratorResult<Y, unknown>> {
    const item = this.#items[this.#head] as Uint8Array
    this.#items[this.#head++] = undefined as never
    if (this.#head === this.#items.length) this.#items.length = this.#head = 0
    this.#window.took(item.byteLength)
    this.#grant()
    return { done: false, value: decode(item, { root: 'item' }) as Y }
  }

  #grant(): void {
    if (this.#ending) return
    const isWaiting = this.#pending !== undefined && this.#head === this.#items.length
    const credit = this.#window.due(isWaiting)
    if (credit) this.#sent?.tell(frameType.next, encodeMeta({ ...credit }))
  }

  async #atEnd(ending: Ending): Promise<IteratorResult<Y, unknown>> {
    if (ending.ok) return { done: true, value: undefined }
    throw ending.fault.error
  }
}
