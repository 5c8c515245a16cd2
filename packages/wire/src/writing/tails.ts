import { tags } from '../format/format.js'
import { Tagged } from './packer.js'
import { integerBytes, numberBytes } from './sizes.js'

/** What follows the head as it is, in the order in which the head refers to it. */
export class Tails {
  byteLength = 0
  /** What the references take in the head. */
  #headBytes = 0
  readonly #tails: (Uint8Array | string)[] = []

  /** @returns the reference to write in its place. */
  add(kind: number, tail: Uint8Array | string, byteLength: number): Tagged {
    this.#tails.push(tail)
    this.byteLength += byteLength
    this.#headBytes += 3 + 1 + integerBytes(kind) + numberBytes(byteLength)
    return new Tagged(tags.tail, [kind, byteLength])
  }

  /** What all of it takes in the head, with the frame around the value. */
  get headBytes(): number {
    if (this.#tails.length === 0) return 0
    return this.#headBytes + 3 + 1 + numberBytes(this.byteLength)
  }

  /** The value with what the reader has to know first: where the tails begin. */
  frame(value: unknown): unknown {
    return this.#tails.length === 0 ? value : new Tagged(tags.frame, [this.byteLength, value])
  }

  chunks(): Uint8Array[] {
    return this.#tails.map((tail) => (typeof tail === 'string' ? Buffer.from(tail) : tail))
  }
}
