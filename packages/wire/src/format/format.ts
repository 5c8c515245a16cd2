/**
 * What `encode` writes, in msgpack as msgpackr writes it, and beside it what msgpack has no word for: a tag,
 * `0xd4 <tag> 0`, in front of an ordinary value. msgpackr marks a `Set` in the same way, with tag 0x73.
 */
export const tags: {
  readonly undefined: 0
  readonly negativeZero: 1
  readonly map: 2
  readonly utf16: 3
  readonly error: 4
  readonly registered: 5
  readonly frame: 6
  readonly tail: 7
  readonly bigint: 0x42
  readonly set: 0x73
  readonly binary: 0x74
  readonly date: 0xff
} = Object.freeze({
  /** No content, as the next. */
  undefined: 0,
  negativeZero: 1,
  /** `[key, value, key, value, …]` */
  map: 2,
  /** Bytes: a string with lone surrogates, which UTF-8 cannot say, as UTF-16, little-endian. */
  utf16: 3,
  /** What core's `encodeError` makes. */
  error: 4,
  /** `[name, data]` */
  registered: 5,
  /** `[byteLength of the tails, value]`; only as the first thing, where tails follow the value. */
  frame: 6,
  /** `[kind, byteLength]`: the next tail. */
  tail: 7,
  /** The rest are msgpackr's own, with their bytes in the extension. */
  bigint: 0x42,
  set: 0x73,
  binary: 0x74,
  date: 0xff,
})

interface ViewClass {
  readonly BYTES_PER_ELEMENT: number
  readonly prototype: object
  new (buffer: ArrayBuffer): ArrayBufferView
}

/** The kinds of binary, by the numbers that msgpackr has for them. */
export const viewClasses: readonly ViewClass[] = Object.freeze([
  Int8Array,
  Uint8Array,
  Uint8ClampedArray,
  Int16Array,
  Uint16Array,
  Int32Array,
  Uint32Array,
  Float32Array,
  Float64Array,
  BigInt64Array,
  BigUint64Array,
])

/** The kinds that are no typed array. The last two exist as tails only: in the head they are `bin` and `str`. */
export const kinds: {
  readonly arrayBuffer: 16
  readonly dataView: 17
  readonly buffer: 18
  readonly text: 19
} = Object.freeze({ arrayBuffer: 16, dataView: 17, buffer: 18, text: 19 })

export const limits: {
  readonly depth: number
  readonly tailBytes: number
  readonly headBytes: number
} = Object.freeze({
  /** Values inside values. */
  depth: 256,
  /** Binary and text of this size and more follow the head as they are. */
  tailBytes: 65_536,
  /** What is not in such a chunk: as it grows, it needs a buffer of twice the size. */
  headBytes: 2 ** 31 - 2 ** 20,
})
