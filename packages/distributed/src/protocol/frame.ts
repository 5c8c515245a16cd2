import type { Bytes } from '@conc/core/internal'

/** A frame as it arrived. `meta` and `body` are views of its message. */
export interface Frame {
  readonly type: number
  readonly flags: number
  readonly id: number
  /** A msgpack map; empty where there is nothing to say. */
  readonly meta: Uint8Array
  readonly body: Uint8Array
}

/** A frame to be sent. */
export interface OutgoingFrame {
  readonly type: number
  readonly flags: number
  readonly id: number
  readonly meta: Uint8Array
  readonly body: Bytes
  /** Of the whole frame. */
  readonly byteLength: number
}

/** A frame that grows until it is written. */
export interface GrowingFrame extends OutgoingFrame {
  readonly body: Uint8Array[]
  byteLength: number
}

export const noBytes: Uint8Array = new Uint8Array(0)
const noChunks: Bytes = []

/** u32 size of the rest | u8 type | u8 flags | u16 0 | u32 id | u32 metaSize */
export const frameHeaderBytes = 16

export function outgoingFrame(
  type: number,
  id: number,
  meta: Uint8Array = noBytes,
  body: Bytes = noChunks,
  flags = 0,
): OutgoingFrame {
  let byteLength = frameHeaderBytes + meta.byteLength
  for (const chunk of body) byteLength += chunk.byteLength
  return { type, flags, id, meta, body, byteLength }
}

/** Writes header and meta. @returns where the body goes. */
export function writeFrameHead(target: Buffer, at: number, frame: OutgoingFrame): number {
  const { type, flags, id, meta, byteLength } = frame
  target.writeUInt32LE(byteLength - 4, at)
  target[at + 4] = type
  target[at + 5] = flags
  target[at + 6] = 0
  target[at + 7] = 0
  target.writeUInt32LE(id, at + 8)
  target.writeUInt32LE(meta.byteLength, at + 12)
  if (meta.byteLength > 0) target.set(meta, at + frameHeaderBytes)
  return at + frameHeaderBytes + meta.byteLength
}

/** Writes the whole frame. @returns where the next one goes. */
export function writeFrame(target: Buffer, at: number, frame: OutgoingFrame): number {
  let end = writeFrameHead(target, at, frame)
  for (const chunk of frame.body) {
    target.set(chunk, end)
    end += chunk.byteLength
  }
  return end
}
