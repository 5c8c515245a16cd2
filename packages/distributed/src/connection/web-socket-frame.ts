import { writeBytes } from '../protocol/frame.js'
import { writeUint32 } from '../protocol/little-endian.js'

/** A final frame of binary data. */
const finalBinary = 0x82
const masked = 0x80
const maskBytes = 4
/** Longer payloads say their length in two bytes. */
const mostInOneByte = 125

/**
 * A message as the one frame that a WebSocket sends for it, in one piece.
 *
 * @param payload of less than 64 KiB.
 * @param isMasked as a client has to; with zeros, so that the payload is what it was.
 */
export function webSocketFrame(payload: Uint8Array, isMasked: boolean): Buffer {
  const byteLength = payload.length
  const isShort = byteLength <= mostInOneByte
  const headBytes = (isShort ? 2 : 4) + (isMasked ? maskBytes : 0)
  const frame = Buffer.allocUnsafe(headBytes + byteLength)
  frame[0] = finalBinary
  frame[1] = (isMasked ? masked : 0) | (isShort ? byteLength : 126)
  if (!isShort) frame.writeUInt16BE(byteLength, 2)
  if (isMasked) writeUint32(frame, headBytes - maskBytes, 0)
  writeBytes(frame, headBytes, payload)
  return frame
}
