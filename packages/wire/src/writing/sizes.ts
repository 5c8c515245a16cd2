/** How many bytes msgpackr writes for a value, known before it does. */

export function integerBytes(value: number): number {
  if (value >= 0) return value < 0x80 ? 1 : value < 0x100 ? 2 : value < 0x10000 ? 3 : 5
  return value >= -0x20 ? 1 : value >= -0x80 ? 2 : value >= -0x8000 ? 3 : 5
}

/** Integers of 32 bits are short, all other numbers are doubles. Not for -0. */
export function numberBytes(value: number): number {
  return value >>> 0 === value || value >> 0 === value ? integerBytes(value) : 9
}

export function bigintBytes(value: bigint): number {
  const magnitude = value < 0n ? ~value : value
  if (magnitude < 0x8000000000000000n) return 9
  if (value > 0n && value < 0x10000000000000000n) return 9
  const digits = magnitude.toString(16)
  const bits = 4 * (digits.length - 1) + (32 - Math.clz32(Number.parseInt(digits.charAt(0), 16)))
  // msgpackr pads to whole words up to 2 ** 65536, and to whole bytes beyond.
  const length = bits <= 65_536 ? 8 * (Math.floor(bits / 64) + 1) : Math.floor(bits / 8) + 1
  if (length === 8 || length === 16) return 2 + length
  return length + (length < 0x100 ? 3 : length < 0x10000 ? 4 : 6)
}

export function textHeaderBytes(byteLength: number): number {
  return byteLength < 0x20 ? 1 : byteLength < 0x100 ? 2 : byteLength < 0x10000 ? 3 : 5
}

export function listHeaderBytes(length: number): number {
  return length < 0x10 ? 1 : length < 0x10000 ? 3 : 5
}

export function bufferBytes(byteLength: number): number {
  return byteLength + (byteLength < 0x100 ? 2 : byteLength < 0x10000 ? 3 : 5)
}

/** A typed array, `ArrayBuffer` or `DataView`. */
export function viewBytes(byteLength: number): number {
  return byteLength + (byteLength < 0xff ? 4 : byteLength < 0xffff ? 5 : 7)
}

export function dateBytes(time: number): number {
  if (Number.isNaN(time)) return 3
  const seconds = time / 1000
  if (seconds < 0 || seconds >= 0x100000000) return 15
  return time % 1000 === 0 ? 6 : 10
}
