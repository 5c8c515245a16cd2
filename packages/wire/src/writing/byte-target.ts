import { utf8Into } from './text.js'

const sharedBytes = 8192
/** Of what many heads share: with less than this left, the next one begins elsewhere. */
const leastLeft = 512

/** Who writes. */
export interface RoomUser {
  /** More room is about to be made. What it throws keeps it from that. */
  needsRoom(): void
}

/** Writes numbers, text and bytes to a place that moves on, and makes room as it goes. */
export class ByteTarget {
  readonly #user: RoomUser
  #bytes: Buffer = Buffer.allocUnsafeSlow(sharedBytes)
  #view: DataView = viewOf(this.#bytes)
  #start = 0
  #at = 0

  /** @param user asked before there is more room than for one head of usual size. */
  constructor(user: RoomUser) {
    this.#user = user
  }

  /** How much has been written. */
  get length(): number {
    return this.#at - this.#start
  }

  /** @returns what has been written; what follows does not touch it. */
  take(): Uint8Array {
    // A `Buffer`, which `subarray` would give, takes three times as long to make.
    const taken = new Uint8Array(this.#view.buffer, this.#start, this.length)
    this.#start = this.#at
    return taken
  }

  /** Forgets what has been written and not taken. */
  reset(): void {
    this.#at = this.#start
    const { length } = this.#bytes
    // A large one would be kept alive by each later head in it, however short.
    if (length > sharedBytes || length - this.#start < leastLeft) this.#moveTo(sharedBytes)
  }

  /** Moves all but the first `length` bytes in front of these. */
  toFront(length: number): void {
    const later = Buffer.from(this.#bytes.subarray(this.#start + length, this.#at))
    this.#bytes.copyWithin(this.#start + later.byteLength, this.#start, this.#start + length)
    this.#bytes.set(later, this.#start)
  }

  byte(value: number): void {
    const at = this.#room(1)
    this.#bytes[at] = value
  }

  uint16(value: number): void {
    const at = this.#room(2)
    this.#view.setUint16(at, value)
  }

  uint32(value: number): void {
    const at = this.#room(4)
    this.#view.setUint32(at, value)
  }

  uint64(value: bigint): void {
    const at = this.#room(8)
    this.#view.setBigUint64(at, value)
  }

  float64(value: number): void {
    const at = this.#room(8)
    this.#view.setFloat64(at, value)
  }

  bytes(bytes: Uint8Array): void {
    const at = this.#room(bytes.length)
    this.#bytes.set(bytes, at)
  }

  /** UTF-8 of a length that is known, without a header. */
  text(text: string, byteLength: number): void {
    const at = this.#room(byteLength)
    this.#bytes.write(text, at, byteLength, byteLength === text.length ? 'latin1' : 'utf8')
  }

  /**
   * A text of at most `mostShort` characters, with its header.
   *
   * @returns `false` for lone surrogates, which UTF-8 cannot say: nothing has been written then.
   */
  shortText(text: string): boolean {
    const start = this.#room(2 + 3 * text.length)
    const place = start + (text.length < 0x20 ? 1 : 2)
    const end = utf8Into(text, this.#bytes, place)
    this.#at = end < 0 ? start : this.#withHeader(start, place, end)
    return end >= 0
  }

  /** How long a text is shows when it is there: few characters of many bytes make way for a longer header. */
  #withHeader(start: number, place: number, end: number): number {
    const length = end - place
    if (length < 0x20) {
      this.#bytes[start] = 0xa0 | length
      return end
    }
    if (place === start + 1) this.#bytes.copyWithin(start + 2, place, end)
    this.#bytes[start] = 0xd9
    this.#bytes[start + 1] = length
    return start + 2 + length
  }

  /** @returns where `count` bytes have their place. */
  #room(count: number): number {
    if (this.#at + count > this.#bytes.length) this.#grow(count)
    const at = this.#at
    this.#at = at + count
    return at
  }

  #grow(count: number): void {
    const size = Math.max(sharedBytes, 2 * (this.length + count))
    if (size > sharedBytes) this.#user.needsRoom()
    this.#moveTo(size)
  }

  #moveTo(size: number): void {
    const bytes = Buffer.allocUnsafeSlow(size)
    this.#bytes.copy(bytes, 0, this.#start, this.#at)
    this.#bytes = bytes
    this.#view = viewOf(bytes)
    this.#at -= this.#start
    this.#start = 0
  }
}

function viewOf({ buffer, byteLength }: Buffer): DataView {
  return new DataView(buffer, 0, byteLength)
}
