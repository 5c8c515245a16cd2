import { decode } from '@conc/wire'
import { copyOf, type Frame, noBytes } from './frame.js'

/** A frame in its message. Its body is a view only for those who ask for one: that costs as much as the rest of a small frame. */
export class ReceivedFrame implements Frame {
  readonly type: number
  readonly flags: number
  readonly id: number
  readonly meta: Uint8Array
  readonly #message: Buffer
  readonly #start: number
  readonly #end: number

  /** @param start where its body begins in the message. @param end where it ends. */
  constructor(
    type: number,
    flags: number,
    id: number,
    meta: Uint8Array,
    message: Buffer,
    start: number,
    end: number,
  ) {
    this.type = type
    this.flags = flags
    this.id = id
    this.meta = meta
    this.#message = message
    this.#start = start
    this.#end = end
  }

  get body(): Uint8Array {
    return this.#start === this.#end ? noBytes : this.#message.subarray(this.#start, this.#end)
  }

  get bodyLength(): number {
    return this.#end - this.#start
  }

  copyBody(): Buffer {
    return copyOf(this.#message, this.#start, this.#end)
  }

  decodeBody(root: string): unknown {
    return decode(this.#message, { root, start: this.#start, end: this.#end })
  }
}
