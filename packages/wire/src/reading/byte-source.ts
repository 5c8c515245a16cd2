import { isUtf8 } from 'node:buffer'
import { asciiText } from './ascii-text.js'
import { cachedText } from './text-cache.js'

/** Bytes that end too early, or are not what they say: becomes a `SerializationError` with a path. */
export class Malformed extends Error {}

const noBytes = Buffer.alloc(0)

/** Reads numbers, text and bytes from a place that moves on; never beyond `end`. */
export class ByteSource {
  at = 0
  #bytes: Buffer = noBytes
  #end = 0
  #view: DataView | undefined

  open(bytes: Uint8Array, start: number, end: number): void {
    this.at = start
    this.#bytes = Buffer.isBuffer(bytes)
      ? bytes
      : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
    this.#end = end
  }

  /** Holds on to no bytes any more. */
  close(): void {
    this.#bytes = noBytes
    this.#view = undefined
  }

  get left(): number {
    return this.#end - this.at
  }

  /** Takes the last `length` bytes away, as a source of their own. */
  split(length: number): ByteSource {
    this.#end -= length
    const taken = new ByteSource()
    taken.open(this.#bytes, this.#end, this.#end + length)
    return taken
  }

  /** @throws {Malformed} fewer than `count` bytes are left. */
  take(count: number): number {
    const start = this.at
    if (count > this.#end - start) throw new Malformed('ends too early')
    this.at = start + count
    return start
  }

  byte(): number {
    return this.#bytes[this.take(1)] as number
  }

  uint16(): number {
    return this.#bytes.readUInt16BE(this.take(2))
  }

  uint32(): number {
    return this.#bytes.readUInt32BE(this.take(4))
  }

  int8(): number {
    return this.#bytes.readInt8(this.take(1))
  }

  int16(): number {
    return this.#bytes.readInt16BE(this.take(2))
  }

  int32(): number {
    return this.#bytes.readInt32BE(this.take(4))
  }

  int64(): bigint {
    return this.#bytes.readBigInt64BE(this.take(8))
  }

  uint64(): bigint {
    return this.#bytes.readBigUInt64BE(this.take(8))
  }

  float32(): number {
    return this.#floats().getFloat32(this.take(4))
  }

  float64(): number {
    return this.#floats().getFloat64(this.take(8))
  }

  /** Not a copy. */
  bytes(length: number): Buffer {
    const start = this.take(length)
    return this.#bytes.subarray(start, start + length)
  }

  /** Short text that is expected again. */
  key(length: number): string {
    const start = this.take(length)
    return cachedText(this.#bytes, start, length) ?? this.#text(start, start + length)
  }

  /** UTF-8. */
  text(length: number): string {
    const start = this.take(length)
    return asciiText(this.#bytes, start, length) ?? this.#text(start, start + length)
  }

  #text(start: number, end: number): string {
    const text = this.#bytes.toString('utf8', start, end)
    // Bytes that are no UTF-8 become U+FFFD, which may also stand in the text.
    if (text.includes('\ufffd') && !isUtf8(this.#bytes.subarray(start, end))) {
      throw new Malformed('is a text that is no UTF-8')
    }
    return text
  }

  /** Faster than the methods of `Buffer`, but not for a float or two. */
  #floats(): DataView {
    const { buffer, byteOffset, byteLength } = this.#bytes
    this.#view ??= new DataView(buffer, byteOffset, byteLength)
    return this.#view
  }
}
