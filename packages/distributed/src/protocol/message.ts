import { type Frame, frameHeaderBytes, noBytes } from './frame.js'
import { closeCode, messageFrames, metaBytes, protocolVersion } from './limits.js'
import { ReceivedFrame } from './received-frame.js'

/** u8 version | u8 flags | u16 frames | u32 seq | u32 ack */
export const messageHeaderBytes = 12

/** What one write of the other side carried. */
export interface Message {
  /** From 1; 0 where it only acknowledges. */
  readonly seq: number
  /** The last `seq` that its sender had seen. */
  readonly ack: number
  readonly frames: readonly Frame[]
}

/** Why a message cannot be read, which ends its connection. */
export interface BadMessage {
  readonly closeCode: number
  readonly problem: string
}

export function isBad(message: Message | BadMessage): message is BadMessage {
  return 'problem' in message
}

export function writeMessageHeader(target: Buffer, frames: number, seq: number, ack: number): void {
  target[0] = protocolVersion
  target[1] = 0
  target.writeUInt16LE(frames, 2)
  target.writeUInt32LE(seq, 4)
  target.writeUInt32LE(ack, 8)
}

/** Takes a message apart. Never throws, whatever the bytes. */
export function parseMessage(bytes: Buffer): Message | BadMessage {
  if (bytes.byteLength < messageHeaderBytes) return bad('is shorter than its header')
  if (bytes[0] !== protocolVersion) return bad(`has version ${bytes[0]}`)
  const count = bytes.readUInt16LE(2)
  if (count > messageFrames) return bad(`says it has ${count} frames`)
  const seq = bytes.readUInt32LE(4)
  if ((seq === 0) !== (count === 0)) return bad('has frames without a number')
  const frames: Frame[] = []
  let before: Frame | undefined
  let at = messageHeaderBytes
  for (let index = 0; index < count; index++) {
    const end = frameEnd(bytes, at)
    if (end === undefined) return bad(`has a frame whose size does not fit (${index})`)
    before = frameAt(bytes, at, end, before)
    frames.push(before)
    at = end
  }
  if (at !== bytes.byteLength) return bad('goes on after its last frame')
  return { seq, ack: bytes.readUInt32LE(8), frames }
}

function frameEnd(bytes: Buffer, at: number): number | undefined {
  if (at + frameHeaderBytes > bytes.byteLength) return undefined
  const size = bytes.readUInt32LE(at)
  const metaSize = bytes.readUInt32LE(at + 12)
  const end = at + 4 + size
  if (end > bytes.byteLength || metaSize > metaBytes) return undefined
  return size < frameHeaderBytes - 4 + metaSize ? undefined : end
}

function frameAt(bytes: Buffer, at: number, end: number, before: Frame | undefined): Frame {
  const metaAt = at + frameHeaderBytes
  const bodyAt = metaAt + bytes.readUInt32LE(at + 12)
  const [type, flags] = [bytes[at + 4] as number, bytes[at + 5] as number]
  const meta = metaOf(bytes, metaAt, bodyAt, before)
  return new ReceivedFrame(type, flags, bytes.readUInt32LE(at + 8), meta, bytes, bodyAt, end)
}

/** Calls of one task say the same: those that follow each other have one meta between them, which is decoded once. */
function metaOf(bytes: Buffer, at: number, end: number, before: Frame | undefined): Uint8Array {
  if (at === end) return noBytes
  if (before && isSame(before.meta, bytes, at, end)) return before.meta
  return bytes.subarray(at, end)
}

function isSame(known: Uint8Array, bytes: Buffer, at: number, end: number): boolean {
  if (known.byteLength !== end - at) return false
  for (let index = 0; index < known.byteLength; index++) {
    if (known[index] !== bytes[at + index]) return false
  }
  return true
}

function bad(what: string): BadMessage {
  return { closeCode: closeCode.protocol, problem: `A message ${what}.` }
}
