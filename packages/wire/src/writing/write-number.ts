import type { ByteTarget } from './byte-target.js'

/** Integers of 32 bits are short, all other numbers are doubles. Not for -0, which msgpack has no word for. */
export function writeNumber(target: ByteTarget, value: number): void {
  if (value >>> 0 === value) writeUnsigned(target, value)
  else if (value >> 0 === value) writeNegative(target, value)
  else {
    target.byte(0xcb)
    target.float64(value)
  }
}

function writeUnsigned(target: ByteTarget, value: number): void {
  if (value < 0x80) target.byte(value)
  else writeSized(target, 0xcc, value)
}

function writeNegative(target: ByteTarget, value: number): void {
  if (value >= -0x20) target.byte(value)
  else if (value >= -0x80) {
    target.byte(0xd0)
    target.byte(value)
  } else if (value >= -0x8000) {
    target.byte(0xd1)
    target.uint16(value)
  } else {
    target.byte(0xd2)
    target.uint32(value)
  }
}

/** A token and a number of 8, 16 or 32 bits; the tokens for more bits follow that for 8. */
export function writeSized(target: ByteTarget, token: number, value: number): void {
  if (value < 0x100) {
    target.byte(token)
    target.byte(value)
  } else writeWide(target, token + 1, value)
}

/** Like that, for what has no token for 8 bits. */
export function writeWide(target: ByteTarget, token: number, value: number): void {
  if (value < 0x10000) {
    target.byte(token)
    target.uint16(value)
  } else {
    target.byte(token + 1)
    target.uint32(value)
  }
}

/** How many bytes `writeNumber` writes. */
export function numberBytes(value: number): number {
  return value >>> 0 === value || value >> 0 === value ? integerBytes(value) : 9
}

export function integerBytes(value: number): number {
  if (value >= 0) return value < 0x80 ? 1 : value < 0x100 ? 2 : value < 0x10000 ? 3 : 5
  return value >= -0x20 ? 1 : value >= -0x80 ? 2 : value >= -0x8000 ? 3 : 5
}
