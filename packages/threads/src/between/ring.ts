import { PlainWords } from './plain-words.js'

/** Each on a cache line of its own. */
const headAt = 0
const tailAt = 16
const readsAt = 32
const headerBytes = 256

/** A power of two, and at least twice the longest record. */
const usualWords = 4096
const wordsOfHead = 3
/** Whatever is longer is no small message. */
const longestRecord = 256
/** In place of the number of values. */
const skip = -1
const announcement = -2

/** A small message: two numbers and plain values. `after`: messages that were posted on the port before it. */
export interface RingRecord {
  readonly after: number
  readonly a: number
  readonly b: number
  readonly values: unknown[]
}

export function ringMemory(words: number = usualWords): SharedArrayBuffer {
  return new SharedArrayBuffer(headerBytes + words * 8)
}

/** What both ends of a ring have in hand: positions only grow, modulo 2 ** 32; a word's place is its position in the ring. */
abstract class RingEnd {
  protected readonly header: Int32Array
  protected readonly words: PlainWords
  protected readonly size: number

  constructor(memory: SharedArrayBuffer) {
    this.size = (memory.byteLength - headerBytes) / 8
    this.header = new Int32Array(memory, 0, headerBytes / 4)
    this.words = new PlainWords(memory, headerBytes)
  }
}

/** The one thread that writes. */
export class RingWriter extends RingEnd {
  #head = 0
  /** Where the reader is, as far as we have looked. */
  #tail = 0

  /** Says what the next message on the port is about, where there is room. */
  announce(after: number, a: number, b: number): void {
    if (this.#hasRoom()) this.#put(wordsOfHead, announcement, after, a, b)
  }

  /** @returns whether it was written; else it is none of the kind, or there is no room. */
  write(after: number, a: number, b: number, values: readonly unknown[]): boolean {
    if (!this.#hasRoom()) return false
    const at = this.#head & (this.size - 1)
    const end = this.words.writeAll(values, at + wordsOfHead, at + longestRecord)
    if (end < 0) return false
    this.#put(end - at, values.length, after, a, b)
    return true
  }

  /** To be called after writing. @returns whether the reader sleeps; it counts as woken then. */
  wakes(): boolean {
    const { header } = this
    return Atomics.load(header, readsAt) === 0 && Atomics.exchange(header, readsAt, 1) === 0
  }

  /** Records do not go around the end; what is left there is skipped. */
  #hasRoom(): boolean {
    const left = this.size - (this.#head & (this.size - 1))
    const needed = left < longestRecord ? left + longestRecord : longestRecord
    if (this.#free < needed) {
      this.#tail = Atomics.load(this.header, tailAt)
      if (this.#free < needed) return false
    }
    if (left < longestRecord) {
      this.words.integers[2 * (this.size - left)] = left
      this.words.integers[2 * (this.size - left) + 1] = skip
      this.#advance(left)
    }
    return true
  }

  #put(length: number, count: number, after: number, a: number, b: number): void {
    const at = 2 * (this.#head & (this.size - 1))
    const { integers } = this.words
    integers[at] = length
    integers[at + 1] = count
    integers[at + 2] = after
    integers[at + 3] = a
    integers[at + 4] = b
    this.#advance(length)
  }

  get #free(): number {
    return this.size - ((this.#head - this.#tail) | 0)
  }

  #advance(by: number): void {
    this.#head = (this.#head + by) | 0
    Atomics.store(this.header, headAt, this.#head)
  }
}

/** The one thread that reads. */
export class RingReader extends RingEnd {
  #tail = 0
  /** Where the writer is, as far as we have looked. */
  #head = 0

  get hasMore(): boolean {
    if (this.#tail === this.#head) this.#head = Atomics.load(this.header, headAt)
    if (this.#tail === this.#head) return false
    const at = this.#tail & (this.size - 1)
    if (this.words.integers[2 * at + 1] !== skip) return true
    this.#advance(this.words.integers[2 * at] as number)
    return this.hasMore
  }

  /** Messages that were posted before the next record; only if `hasMore`. */
  get after(): number {
    return this.words.integers[2 * (this.#tail & (this.size - 1)) + 2] as number
  }

  /** Whether the next record tells of the next message; only if `hasMore`. */
  get isAnnouncement(): boolean {
    return this.words.integers[2 * (this.#tail & (this.size - 1)) + 1] === announcement
  }

  /** Only if `hasMore`. */
  take(): RingRecord {
    const at = this.#tail & (this.size - 1)
    const { integers } = this.words
    const record = {
      after: integers[2 * at + 2] as number,
      a: integers[2 * at + 3] as number,
      b: integers[2 * at + 4] as number,
      values: this.words.readAll(integers[2 * at + 1] as number, at + wordsOfHead),
    }
    this.#advance(integers[2 * at] as number)
    return record
  }

  /** From now on a writer has to wake us. @returns whether that is so: `false` when something has come meanwhile. */
  sleep(): boolean {
    Atomics.store(this.header, readsAt, 0)
    // Whoever has written since then and saw us asleep has sent the call to wake up.
    return !this.hasMore || Atomics.exchange(this.header, readsAt, 1) === 1
  }

  /** No writer has to wake us until we `sleep()`. */
  stayAwake(): void {
    Atomics.store(this.header, readsAt, 1)
  }

  #advance(by: number): void {
    this.#tail = (this.#tail + by) | 0
    Atomics.store(this.header, tailAt, this.#tail)
  }
}
