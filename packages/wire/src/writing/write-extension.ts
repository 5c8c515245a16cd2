import { kinds, tags } from '../format/format.js'
import { bytesOf } from '../format/views.js'
import type { ByteTarget } from './byte-target.js'
import { writeSized } from './write-number.js'

/** 64 bits where they do, else two's complement in whole words, the most significant byte first. */
export function writeBigint(target: ByteTarget, value: bigint): void {
  if (BigInt.asIntN(64, value) === value) writeWord(target, 0xd3, value)
  else if (BigInt.asUintN(64, value) === value) writeWord(target, 0xcf, value)
  else writeExtension(target, tags.bigint, wordsOf(value))
}

function writeWord(target: ByteTarget, token: number, value: bigint): void {
  target.byte(token)
  target.uint64(value)
}

function wordsOf(value: bigint): Buffer {
  const digits = (value < 0n ? ~value : value).toString(16)
  const bits = 4 * digits.length - Math.clz32(Number.parseInt(digits.charAt(0), 16)) + 28
  // With room for the sign.
  const words = Math.floor(bits / 64) + 1
  const unsigned = BigInt.asUintN(64 * words, value)
  return Buffer.from(unsigned.toString(16).padStart(16 * words, '0'), 'hex')
}

function writeExtension(target: ByteTarget, type: number, bytes: Uint8Array): void {
  const { byteLength } = bytes
  // The lengths 1, 2, 4, 8 and 16 have tokens of their own.
  if (byteLength === 16) target.byte(0xd8)
  else writeSized(target, 0xc7, byteLength)
  target.byte(type)
  target.bytes(bytes)
}

/** The timestamps of msgpack: seconds, and nanoseconds where there are any. */
export function writeDate(target: ByteTarget, date: Date): void {
  const time = date.getTime()
  const seconds = Math.floor(time / 1000)
  const nanoseconds = (time - 1000 * seconds) * 1e6
  if (Number.isNaN(time)) {
    target.byte(0xd4)
    target.byte(tags.date)
    target.byte(0xff)
  } else if (seconds < 0 || seconds >= 2 ** 32) {
    target.byte(0xc7)
    target.byte(12)
    target.byte(tags.date)
    target.uint32(nanoseconds)
    target.uint64(BigInt(seconds))
  } else if (nanoseconds === 0) {
    target.byte(0xd6)
    target.byte(tags.date)
    target.uint32(seconds)
  } else {
    target.byte(0xd7)
    target.byte(tags.date)
    // Two more bits of the seconds would follow the nanoseconds.
    target.uint32(nanoseconds * 4)
    target.uint32(seconds)
  }
}

/** What is made of bytes: a `Buffer` as `bin`, all others with the number of their kind. */
export function writeBinary(target: ByteTarget, value: object, kind: number): void {
  const bytes = bytesOf(value)
  if (kind === kinds.buffer) writeSized(target, 0xc4, bytes.byteLength)
  else {
    writeSized(target, 0xc7, bytes.byteLength + 1)
    target.byte(tags.binary)
    target.byte(kind)
  }
  target.bytes(bytes)
}
