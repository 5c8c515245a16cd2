import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { PlainWords } from '../../src/between/plain-words.js'

const plain = fc.oneof(
  fc.double(),
  fc.integer(),
  fc.boolean(),
  fc.constant(null),
  fc.constant(undefined),
  fc.constantFrom(-0, Number.NaN, 2 ** 31, -(2 ** 31), 2 ** 53),
  fc.string({ unit: 'binary', maxLength: 40 }),
)

describe('PlainWords', () => {
  const words = new PlainWords(new SharedArrayBuffer(64 + 8 * 512), 64)

  it('brings plain values back as they were', () => {
    fc.assert(
      fc.property(fc.array(plain, { maxLength: 8 }), fc.nat(20), (values, at) => {
        expect(words.writeAll(values, at, words.count)).toBeGreaterThanOrEqual(at + values.length)
        const read = words.readAll(values.length, at)
        expect(read.every((value, index) => Object.is(value, values[index]))).toBe(true)
        expect(read).toHaveLength(values.length)
      }),
    )
  })

  it('keeps halves of characters', () => {
    const text = '\ud800a\udc00'
    words.writeAll([text], 0, 10)
    expect(words.readAll(1, 0)).toEqual([text])
  })

  it.each([[{}], [[]], [10n], [Symbol('s')], [() => {}], [new String('s')], ['s'.repeat(257)]])(
    'refuses %s',
    (value) => {
      expect(words.writeAll([1, value], 0, words.count)).toBe(-1)
    },
  )

  it('writes nothing beyond its end', () => {
    for (const values of [
      [1, 2, 3],
      [1.5, 2],
      ['abcde', 1],
      [true, null, undefined],
    ]) {
      words.integers.fill(-7)
      const whole = words.writeAll(values, 0, 10)
      words.integers.fill(-7)
      expect(words.writeAll(values, 0, whole)).toBe(whole)
      expect(words.writeAll(values, 0, whole - 1)).toBe(-1)
      expect(words.integers.subarray(2 * whole).every((word) => word === -7)).toBe(true)
    }
  })
})
