import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { decode, encode } from '../src/index.js'
import { large, leaf, value } from './fixtures/arbitraries.js'
import { difference } from './fixtures/difference.js'
import { bytesOf, roundTrip } from './fixtures/frames.js'

// Thousands of large values: minutes on a busy machine would still be no failure.
describe('encode and decode', { timeout: 120_000 }, () => {
  it('give back whatever can travel, equal to the bit', () => {
    fc.assert(
      fc.property(value, (original) => {
        expect(difference(roundTrip(original), original)).toBeUndefined()
      }),
      { numRuns: 2000 },
    )
  })

  it('give the same bytes for the same value', () => {
    fc.assert(
      fc.property(value, (original) => {
        expect(bytesOf(original).equals(bytesOf(original))).toBe(true)
        expect(bytesOf(roundTrip(original)).equals(bytesOf(original))).toBe(true)
      }),
    )
  })

  it('give back what is large, next to what is not', () => {
    fc.assert(
      fc.property(fc.array(fc.oneof(large, leaf), { maxLength: 4 }), (original) => {
        expect(difference(roundTrip(original), original)).toBeUndefined()
      }),
      { numRuns: 300 },
    )
  })

  it('share no memory', () => {
    fc.assert(
      fc.property(value, (original) => {
        const bytes = bytesOf(original)
        const decoded = decode(bytes)
        bytes.fill(0xff)
        expect(difference(decoded, original)).toBeUndefined()
      }),
    )
  })

  it('say the size beforehand, so that a limit holds to the byte', () => {
    fc.assert(
      fc.property(value, (original) => {
        const { byteLength } = bytesOf(original)
        expect(encode(original, { maxBytes: byteLength }).byteLength).toBe(byteLength)
        if (byteLength === 1) return
        expect(() => encode(original, { maxBytes: byteLength - 1 })).toThrow(
          expect.objectContaining({ code: 'CONC_PAYLOAD_TOO_LARGE', limit: byteLength - 1 }),
        )
      }),
    )
  })
})
