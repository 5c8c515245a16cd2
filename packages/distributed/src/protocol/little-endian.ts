/**
 * Numbers in the heads of messages and frames, lowest byte first. `Buffer` has methods for that, but so many altogether that
 * V8 looks each of them up at each call. Whoever reads has looked whether the bytes are there.
 */

export function readUint16(bytes: Uint8Array, at: number): number {
  return (bytes[at] as number) | ((bytes[at + 1] as number) << 8)
}

export function readUint32(bytes: Uint8Array, at: number): number {
  return (readUint16(bytes, at) | (readUint16(bytes, at + 2) << 16)) >>> 0
}

export function writeUint16(bytes: Uint8Array, at: number, value: number): void {
  bytes[at] = value
  bytes[at + 1] = value >>> 8
}

export function writeUint32(bytes: Uint8Array, at: number, value: number): void {
  writeUint16(bytes, at, value)
  writeUint16(bytes, at + 2, value >>> 16)
}
