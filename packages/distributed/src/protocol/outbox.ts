import { unacknowledgedBytes } from './limits.js'
import { isLater } from './sequence.js'

interface Kept {
  readonly seq: number
  readonly bytes: Uint8Array
}

/** Messages that the other side has not acknowledged, to be sent again over another socket. */
export class Outbox {
  readonly #limit: number
  #kept: Kept[] = []
  #head = 0
  #byteLength = 0
  /** The last one that is here no more: acknowledged, or dropped for want of room. */
  #gone = 0

  constructor(limit: number = unacknowledgedBytes) {
    this.#limit = limit
  }

  get byteLength(): number {
    return this.#byteLength
  }

  add(seq: number, bytes: Uint8Array): void {
    this.#kept.push({ seq, bytes })
    this.#byteLength += bytes.length
    while (this.#byteLength > this.#limit) this.#dropFirst()
  }

  acknowledged(seq: number): void {
    while (this.#head < this.#kept.length && !isLater(this.#first.seq, seq)) this.#dropFirst()
  }

  /** What came after `seq`, in order; `undefined` where some of it is gone. */
  after(seq: number): Uint8Array[] | undefined {
    if (isLater(this.#gone, seq)) return undefined
    return this.#kept
      .slice(this.#head)
      .filter((one) => isLater(one.seq, seq))
      .map(({ bytes }) => bytes)
  }

  get #first(): Kept {
    return this.#kept[this.#head] as Kept
  }

  #dropFirst(): void {
    const { seq, bytes } = this.#first
    this.#gone = seq
    this.#byteLength -= bytes.length
    this.#kept[this.#head++] = undefined as never
    if (this.#head < 64 || this.#head * 2 < this.#kept.length) return
    this.#kept = this.#kept.slice(this.#head)
    this.#head = 0
  }
}
