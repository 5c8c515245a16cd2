import { kinds, tags } from '../format/format.js'
import { viewFrom } from '../format/views.js'
import { type ByteSource, Malformed } from './byte-source.js'

/** What msgpackr writes with its bytes in the extension; the token says how the length is told. */
export function readExtension(source: ByteSource, token: number): unknown {
  const length = lengthFor(source, token)
  const type = source.byte()
  const bytes = source.bytes(length)
  switch (type) {
    case tags.bigint:
      return readBigint(bytes)
    case tags.date:
      return readDate(bytes)
    case tags.binary:
      return readBinary(bytes)
    default:
      throw new Malformed(`has an unknown extension, ${type}`)
  }
}

function lengthFor(source: ByteSource, token: number): number {
  switch (token) {
    case 0xc7:
      return source.byte()
    case 0xc8:
      return source.uint16()
    case 0xc9:
      return source.uint32()
    case 0xd5:
    case 0xd6:
    case 0xd7:
    case 0xd8:
      return 2 ** (token - 0xd4)
    default:
      throw new Malformed(`has a byte that means nothing, 0x${token.toString(16)}`)
  }
}

/** Two's complement, the most significant byte first. */
function readBigint(bytes: Buffer): bigint {
  if (bytes.byteLength === 0) throw new Malformed('is a bigint of no bytes')
  return BigInt.asIntN(8 * bytes.byteLength, BigInt(`0x${bytes.toString('hex')}`))
}

/** The timestamps of msgpack: seconds, with nanoseconds where there are more bytes. */
function readDate(bytes: Buffer): Date {
  switch (bytes.byteLength) {
    case 4:
      return new Date(bytes.readUInt32BE(0) * 1000)
    case 8: {
      const nanoseconds = bytes.readUInt32BE(0) >>> 2
      const seconds = (bytes.readUInt32BE(0) & 3) * 2 ** 32 + bytes.readUInt32BE(4)
      return new Date(seconds * 1000 + Math.floor(nanoseconds / 1e6))
    }
    case 12: {
      const seconds = Number(bytes.readBigInt64BE(4))
      return new Date(seconds * 1000 + Math.floor(bytes.readUInt32BE(0) / 1e6))
    }
    default:
      throw new Malformed('is a date of an unknown length')
  }
}

function readBinary(bytes: Buffer): object {
  const kind = bytes[0]
  const isTailOnly = kind === kinds.buffer || kind === kinds.text
  const value = kind === undefined || isTailOnly ? undefined : viewFrom(kind, bytes.subarray(1))
  if (value === undefined) throw new Malformed('is binary of an unknown kind')
  return value
}
