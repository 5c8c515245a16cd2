import { InvalidOptionError, SerializationError } from '@conc/core'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { decode, encodeInto } from '../src/index.js'
import { large, value } from './fixtures/arbitraries.js'
import { bytesOf } from './fixtures/frames.js'

const around = 0xaa

/** Everything is `around`, so that a byte out of place is seen. */
function roomOf(size: number): Uint8Array {
  return new Uint8Array(size).fill(around)
}

const small = fc.oneof(
  fc.constantFrom(null, true, false, Number.NaN, Number.POSITIVE_INFINITY, Number.MIN_VALUE),
  fc.integer({ min: -300, max: 300 }),
  fc.integer(),
  fc.maxSafeInteger(),
  fc.double({ noNaN: true }).filter((one) => !Object.is(one, -0)),
  fc.string({ unit: 'binary-ascii', maxLength: 64 }),
)

describe('encodeInto', () => {
  it('writes the bytes of encode, and no other', () => {
    fc.assert(
      fc.property(small, fc.nat({ max: 20 }), (original, at) => {
        const bytes = bytesOf(original)
        const room = roomOf(at + bytes.byteLength + 3)
        const end = encodeInto(original, room, at) as number
        expect(end).toBe(at + bytes.byteLength)
        expect(Buffer.from(room.subarray(at, end)).equals(bytes)).toBe(true)
        expect(new Set([...room.subarray(0, at), ...room.subarray(end)])).toEqual(new Set([around]))
      }),
      { numRuns: 2000 },
    )
  })

  it('leaves to encode what it has no room for', () => {
    fc.assert(
      fc.property(small, fc.nat({ max: 5 }), (original, at) => {
        const { byteLength } = bytesOf(original)
        expect(encodeInto(original, roomOf(at + byteLength - 1), at)).toBeUndefined()
        expect(encodeInto(original, roomOf(at + byteLength), at)).toBe(at + byteLength)
      }),
    )
  })

  it('writes what encode writes or nothing, whatever the value', () => {
    fc.assert(
      fc.property(value, (original) => {
        const room = Buffer.from(roomOf(80))
        const end = encodeInto(original, room, 0)
        if (end !== undefined) expect(room.subarray(0, end).equals(bytesOf(original))).toBe(true)
      }),
    )
  })

  it.each([
    ['-0', -0],
    ['undefined', undefined],
    ['text that is not ASCII', 'é'],
    ['a long text', 'a'.repeat(65)],
    ['a list', []],
    ['a function', () => {}],
  ])('leaves %s to encode', (_, given) => {
    expect(encodeInto(given, roomOf(80), 0)).toBeUndefined()
  })
})

describe('decode of a part', () => {
  it('gives the value that is there, whatever is around it', () => {
    fc.assert(
      fc.property(fc.oneof(value, large), fc.uint8Array({ maxLength: 9 }), (original, before) => {
        const bytes = bytesOf(original)
        const all = Buffer.concat([before, bytes, before])
        const start = before.byteLength
        const part = decode(all, { start, end: start + bytes.byteLength })
        expect(bytesOf(part).equals(bytes)).toBe(true)
      }),
      { numRuns: 300 },
    )
  })

  it('does not read beyond its end', () => {
    const bytes = bytesOf('four')
    expect(() => decode(bytes, { end: 4 })).toThrow(SerializationError)
    expect(() => decode(Buffer.concat([bytes, bytes]), { end: 6 })).toThrow(SerializationError)
  })

  it.each([
    [{ start: -1 }, 'Expected `start` to be an integer from 0 to 5, got -1.'],
    [{ start: 6 }, 'Expected `start` to be an integer from 0 to 5, got 6.'],
    [{ start: 2, end: 1 }, 'Expected `end` to be an integer from 2 to 5, got 1.'],
    [{ end: 5.5 }, 'Expected `end` to be an integer from 0 to 5, got 5.5.'],
  ])('refuses %j', (range, message) => {
    expect(() => decode(bytesOf('four'), range)).toThrow(InvalidOptionError)
    expect(() => decode(bytesOf('four'), range)).toThrow(message)
  })
})
