import { ProtocolError } from '@conc/core'
import { type Bytes, type Deferred, deferred } from '@conc/core/internal'
import type { Ending } from '../coordinator/call-request.js'
import { Fault, inOne } from '../coordinator/fault.js'
import { type Credit, CreditWindow } from '../protocol/credit.js'
import { encodeCredit } from '../protocol/credit-body.js'
import { frameType } from '../protocol/frame-types.js'
import { itemHeadBytes, itemSizeAt, itemSizes } from '../protocol/item-pack.js'
import type { SentCall } from './call-route.js'

/** What becomes of an item, which is in its pack from `start` to `end`. */
export type ReadItem<T> = (pack: Uint8Array, start: number, end: number) => T

/** The next item of a stream, or how it ended. */
export type ItemStep = { readonly item: Uint8Array } | { readonly ending: Ending }

/** The items of one stream that have come and were not taken; grants credit for more as they are. */
export class ItemQueue {
  readonly #window: CreditWindow | undefined
  readonly #packs: Uint8Array[] = []
  #head = 0
  /** Where the next item of the first pack begins. */
  #at = 0
  #sent: SentCall | undefined
  #pending: Deferred<ItemStep> | undefined
  #ending: Ending | undefined
  readonly #over: Deferred<Ending> = deferred()

  /** @param prefetch how far the producer may be ahead; none for a duplex, which is asked for each item. */
  constructor(prefetch: Credit | undefined) {
    this.#window = prefetch && new CreditWindow(prefetch)
  }

  /** This is how the producer is reached. */
  attach(sent: SentCall): void {
    this.#sent = sent
  }

  /** Resolves when the body is over. */
  get over(): Promise<Ending> {
    return this.#over.promise
  }

  get hasEnded(): boolean {
    return this.#ending !== undefined
  }

  /** Takes an item that is here; `undefined` where one has to be waited for. @throws as `read` does; the item is taken then */
  take<T>(read: ReadItem<T>): T | undefined {
    return this.#isEmpty ? undefined : this.#take(read)
  }

  /** Not called again before it has settled. */
  next(): Promise<ItemStep> {
    const item = this.take(bytesOf)
    if (item) return Promise.resolve({ item })
    if (this.#ending) return Promise.resolve({ ending: this.#ending })
    this.#pending = deferred()
    this.#grant()
    return this.#pending.promise
  }

  /** Tells the producer that no more is wanted. */
  leave(): void {
    if (!this.#ending) this.#sent?.tell(frameType.return)
  }

  arrived(bytes: Bytes): void {
    if (this.#ending) return
    const pack = inOne(bytes)
    const problem = this.#problemOf(pack)
    if (problem !== undefined) {
      this.#refuse(problem)
      return
    }
    this.#packs.push(pack)
    const pending = this.#pending
    this.#pending = undefined
    pending?.resolve({ item: this.#take(bytesOf) })
  }

  /** The body is over; what it said before has arrived. */
  ended(ending: Ending): void {
    if (this.#ending) return
    this.#ending = ending
    const pending = this.#pending
    this.#pending = undefined
    pending?.resolve({ ending })
    this.#over.resolve(ending)
  }

  get #isEmpty(): boolean {
    return this.#head === this.#packs.length
  }

  #problemOf(pack: Uint8Array): string | undefined {
    const sizes = itemSizes(pack)
    if (sizes === undefined) return 'Items of a stream came whose sizes do not fit.'
    for (const size of sizes) {
      if (this.#window?.arrived(size) === false)
        return 'More items of a stream came than were asked for.'
    }
    return undefined
  }

  /** The producer cannot be understood, so that nothing it says later counts. */
  #refuse(problem: string): void {
    this.leave()
    const fault = Fault.of(new ProtocolError(problem, { started: true }))
    this.ended({ ok: false, phase: 'infra', started: true, fault })
  }

  #take<T>(read: ReadItem<T>): T {
    const pack = this.#packs[this.#head] as Uint8Array
    const start = this.#at + itemHeadBytes
    const end = start + (itemSizeAt(pack, this.#at) as number)
    if (end < pack.byteLength) this.#at = end
    else this.#dropPack()
    this.#window?.took(end - start)
    this.#grant()
    return read(pack, start, end)
  }

  #dropPack(): void {
    this.#at = 0
    this.#packs[this.#head++] = undefined as never
    if (this.#isEmpty) this.#packs.length = this.#head = 0
  }

  #grant(): void {
    if (this.#ending) return
    const isWaiting = this.#pending !== undefined && this.#isEmpty
    const credit = this.#window?.due(isWaiting)
    if (credit) this.#sent?.tell(frameType.next, [encodeCredit(credit)])
  }
}

export function bytesOf(pack: Uint8Array, start: number, end: number): Uint8Array {
  return pack.subarray(start, end)
}
