import fc from 'fast-check'
import { Packr } from 'msgpackr'
import { describe, expect, it } from 'vitest'
import { encode } from '../src/index.js'
import { leaf } from './fixtures/arbitraries.js'
import { bytesOf } from './fixtures/frames.js'

const packr = new Packr({ useRecords: false, moreTypes: true, variableMapSize: true })

/** What msgpackr writes as something else, or larger numbers in bytes rather than words. */
function isOther(one: unknown): boolean {
  if (typeof one === 'bigint') return BigInt.asIntN(65_536, one) !== one
  return typeof one === 'string' ? Buffer.from(one).toString() !== one : Object.is(one, -0)
}

const sayable = leaf.filter((one) => !isOther(one))
const key = fc.string({ unit: 'binary', maxLength: 70 }).filter((name) => name !== '__proto__')

const value = fc.letrec<{ value: unknown }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 4, withCrossShrink: true },
    { arbitrary: sayable, weight: 6 },
    fc.array(tie('value'), { maxLength: 20 }),
    fc.dictionary(key, tie('value'), { maxKeys: 20 }),
    fc.array(tie('value'), { maxLength: 4 }).map((all) => new Set(all)),
  ),
})).value

describe('encode', { timeout: 120_000 }, () => {
  it('writes what msgpackr writes, where that says all', () => {
    fc.assert(
      fc.property(value, (original) => {
        expect(bytesOf(original).toString('hex')).toBe(packr.pack(original).toString('hex'))
      }),
      { numRuns: 1000 },
    )
  })

  it.each([[0], [15], [16], [65_535], [65_536]])('writes the header of %i items', (length) => {
    const list = new Array<number>(length).fill(1)
    const object = Object.fromEntries(list.map((one, index) => [`k${index}`, one]))
    expect(bytesOf(list).equals(packr.pack(list))).toBe(true)
    expect(bytesOf(object).equals(packr.pack(object))).toBe(true)
  })

  it.each([
    [31, 1],
    [32, 1],
    [63, 1],
    [64, 1],
    [255, 1],
    [256, 1],
    [65_535, 1],
    [15, 2],
    [16, 2],
    [10, 3],
    [11, 3],
    [63, 3],
    [64, 3],
    [21_845, 3],
  ])('writes the header of %i characters of %i bytes', (length, bytes) => {
    const text = 'aä€'.charAt(bytes - 1).repeat(length)
    expect(bytesOf(text).equals(packr.pack(text))).toBe(true)
    expect(bytesOf({ [text]: text }).equals(packr.pack({ [text]: text }))).toBe(true)
  })

  it('leaves results alone that it gave before', () => {
    fc.assert(
      fc.property(fc.array(value, { maxLength: 30 }), (values) => {
        const given = values.map((one) => encode(one).chunks[0] as Uint8Array)
        const copies = given.map((chunk) => Buffer.from(chunk))
        for (const one of values) encode(one)
        expect(copies.every((copy, index) => copy.equals(given[index] as Uint8Array))).toBe(true)
      }),
    )
  })
})
