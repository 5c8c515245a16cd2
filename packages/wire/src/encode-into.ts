import { integerBytes } from './writing/write-number.js'

/** Longer texts are written faster by native code. */
const mostText = 64

const double = new DataView(new ArrayBuffer(8))

/**
 * Writes a small plain value right where it belongs, as the bytes that `encode` gives for it: `null`, a boolean, a number, or an
 * ASCII text of at most 64 characters. For many small values one after the other, as `encode` makes a chunk for each.
 *
 * @returns where it ends; `undefined` where the value is another or `target` has no room for it: nothing that counts has been
 * written then, and `encode` does it.
 * @example
 * const target = new Uint8Array(16)
 * const end = encodeInto('ab', target, 0) // 3
 * decode(target, { start: 0, end }) // 'ab'
 */
export function encodeInto(value: unknown, target: Uint8Array, at: number): number | undefined {
  switch (typeof value) {
    case 'number':
      return numberInto(value, target, at)
    case 'string':
      return textInto(value, target, at)
    case 'boolean':
      return tokenInto(value ? 0xc3 : 0xc2, target, at)
    default:
      return value === null ? tokenInto(0xc0, target, at) : undefined
  }
}

function tokenInto(token: number, target: Uint8Array, at: number): number | undefined {
  if (at >= target.length) return undefined
  target[at] = token
  return at + 1
}

function numberInto(value: number, target: Uint8Array, at: number): number | undefined {
  if (value >>> 0 !== value && value >> 0 !== value) return doubleInto(value, target, at)
  // Of the integers it is the one that msgpack cannot say.
  if (Object.is(value, -0)) return undefined
  return integerInto(value, target, at)
}

function integerInto(value: number, target: Uint8Array, at: number): number | undefined {
  const length = integerBytes(value)
  if (at + length > target.length) return undefined
  if (length === 1) return tokenInto(value & 0xff, target, at)
  const isNegative = value < 0
  const end = at + length
  if (length === 2) target[at] = isNegative ? 0xd0 : 0xcc
  else if (length === 3) target[at] = isNegative ? 0xd1 : 0xcd
  else target[at] = isNegative ? 0xd2 : 0xce
  for (let place = end - 1, rest = value; place > at; place--, rest >>= 8) target[place] = rest
  return end
}

function doubleInto(value: number, target: Uint8Array, at: number): number | undefined {
  const end = at + 9
  if (end > target.length) return undefined
  target[at] = 0xcb
  double.setFloat64(0, value)
  for (let place = 0; place < 8; place++) target[at + 1 + place] = double.getUint8(place)
  return end
}

function textInto(text: string, target: Uint8Array, at: number): number | undefined {
  const { length } = text
  const start = at + (length < 0x20 ? 1 : 2)
  if (length > mostText || start + length > target.length) return undefined
  for (let index = 0; index < length; index++) {
    const unit = text.charCodeAt(index)
    if (unit >= 0x80) return undefined
    target[start + index] = unit
  }
  if (start === at + 1) target[at] = 0xa0 | length
  else {
    target[at] = 0xd9
    target[at + 1] = length
  }
  return start + length
}
