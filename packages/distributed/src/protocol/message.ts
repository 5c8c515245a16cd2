import { copyOf, type Frame, frameHeaderBytes, noBytes } from './frame.js'
import { closeCode, messageFrames, metaBytes, protocolVersion } from './limits.js'
import { readUint16, readUint32, writeUint16, writeUint32 } from './little-endian.js'
import { ReceivedFrame } from './received-frame.js'

/** u8 version | u8 flags | u16 frames | u32 seq | u32 ack */
export const messageHeaderBytes = 12

/** A longer meta is hardly said twice. */
const mostShared = 160

/** Of the last frame that had one; a copy, as it outlives its message. */
let lastMeta: Uint8Array = noBytes

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

export function writeMessageHeader(
  target: Buffer,
  at: number,
  frames: number,
  seq: number,
  ack: number,
): void {
  target[at] = protocolVersion
  target[at + 1] = 0
  writeUint16(target, at + 2, frames)
  writeUint32(target, at + 4, seq)
  writeUint32(target, at + 8, ack)
}

/** Takes a message apart. Never throws, whatever the bytes. */
export function parseMessage(bytes: Buffer): Message | BadMessage {
  if (bytes.length < messageHeaderBytes) return bad('is shorter than its header')
  if (bytes[0] !== protocolVersion) return bad(`has version ${bytes[0]}`)
  const count = readUint16(bytes, 2)
  if (count > messageFrames) return bad(`says it has ${count} frames`)
  const seq = readUint32(bytes, 4)
  if ((seq === 0) !== (count === 0)) return bad('has frames without a number')
  const frames: Frame[] = []
  let at = messageHeaderBytes
  for (let index = 0; index < count; index++) {
    const end = frameEnd(bytes, at)
    if (end === undefined) return bad(`has a frame whose size does not fit (${index})`)
    frames.push(frameAt(bytes, at, end))
    at = end
  }
  if (at !== bytes.length) return bad('goes on after its last frame')
  return { seq, ack: readUint32(bytes, 8), frames }
}

function frameEnd(bytes: Buffer, at: number): number | undefined {
  if (at + frameHeaderBytes > bytes.length) return undefined
  const size = readUint32(bytes, at)
  const metaSize = readUint32(bytes, at + 12)
  const end = at + 4 + size
  if (end > bytes.length || metaSize > metaBytes) return undefined
  return size < frameHeaderBytes - 4 + metaSize ? undefined : end
}

function frameAt(bytes: Buffer, at: number, end: number): Frame {
  const metaAt = at + frameHeaderBytes
  const bodyAt = metaAt + readUint32(bytes, at + 12)
  const [type, flags] = [bytes[at + 4] as number, bytes[at + 5] as number]
  const meta = metaOf(bytes, metaAt, bodyAt)
  return new ReceivedFrame(type, flags, readUint32(bytes, at + 8), meta, bytes, bodyAt, end)
}

/** Calls of one task say the same: those that follow each other have one meta between them, which is decoded once. */
function metaOf(bytes: Buffer, at: number, end: number): Uint8Array {
  if (at === end) return noBytes
  if (isSame(lastMeta, bytes, at, end)) return lastMeta
  if (end - at > mostShared) return bytes.subarray(at, end)
  lastMeta = copyOf(bytes, at, end)
  return lastMeta
}

function isSame(known: Uint8Array, bytes: Buffer, at: number, end: number): boolean {
  const { length } = known
  if (length !== end - at) return false
  for (let index = 0; index < length; index++) {
    if (known[index] !== bytes[at + index]) return false
  }
  return true
}

function bad(what: string): BadMessage {
  return { closeCode: closeCode.protocol, problem: `A message ${what}.` }
}
