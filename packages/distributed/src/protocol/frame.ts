import type { Bytes } from '@conc/core/internal'
import { writeUint32 } from './little-endian.js'

/** A frame as it arrived. `meta` and `body` are views of its message; each access to `body` may make one. */
export interface Frame {
  readonly type: number
  readonly flags: number
  readonly id: number
  /** A msgpack map; empty where there is nothing to say. */
  readonly meta: Uint8Array
  readonly body: Uint8Array
  readonly bodyLength: number
  /** The body, without the message that it came in. */
  copyBody(): Buffer
  /** The value that the body is. @param root what paths in errors begin with. @throws {SerializationError} */
  decodeBody(root: string): unknown
}

export const noBytes: Uint8Array = new Uint8Array(0)

// `byteLength` of a Uint8Array is a call, `length` is none.

/** Native code takes as long to begin as it takes to write so many bytes one by one. */
const mostByHand = 64

/** u32 size of the rest | u8 type | u8 flags | u16 0 | u32 id | u32 metaSize */
export const frameHeaderBytes = 16

/** How long a frame with that in it is. */
export function frameBytes(meta: Uint8Array, body: Bytes): number {
  let byteLength = frameHeaderBytes + meta.length
  for (let index = 0; index < body.length; index++) {
    byteLength += (body[index] as Uint8Array).length
  }
  return byteLength
}

/** Writes header and meta. @param byteLength of the whole frame. @returns where the body goes. */
export function writeFrameHead(
  target: Buffer,
  at: number,
  type: number,
  id: number,
  meta: Uint8Array,
  flags: number,
  byteLength: number,
): number {
  writeUint32(target, at, byteLength - 4)
  target[at + 4] = type
  target[at + 5] = flags
  target[at + 6] = 0
  target[at + 7] = 0
  writeUint32(target, at + 8, id)
  writeUint32(target, at + 12, meta.length)
  return writeBytes(target, at + frameHeaderBytes, meta)
}

/** @returns where the next bytes go. */
export function writeBytes(target: Buffer, at: number, bytes: Uint8Array): number {
  const { length } = bytes
  if (length > mostByHand) target.set(bytes, at)
  else for (let index = 0; index < length; index++) target[at + index] = bytes[index] as number
  return at + length
}

/** @returns the bytes of `source` from `start` to `end`, with room for others before them. */
export function copyOf(source: Buffer, start: number, end: number, room = 0): Buffer {
  const length = end - start
  const copy = Buffer.allocUnsafe(room + length)
  if (length > mostByHand) source.copy(copy, room, start, end)
  else {
    for (let index = 0; index < length; index++) {
      copy[room + index] = source[start + index] as number
    }
  }
  return copy
}
