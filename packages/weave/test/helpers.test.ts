import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { batch, denone, flatten, fold, redict, undict } from '../src/index.js'

describe('flatten', () => {
  it('removes one level', () => {
    expect(flatten([[1], new Set([2]), [[3]] as never])).toEqual([1, 2, [3]])
    const words = ['a', 'b']
    const all: string[] = flatten([words, new Set(words)])
    expect(all).toEqual(['a', 'b', 'a', 'b'])
    expect(() => flatten(5 as never)).toThrow('Expected `lists` to be an iterable')
  })
})

describe('fold and batch', () => {
  it('cut as the numbers say', () => {
    expect(fold([1, 2, 3, 4, 5], 2)).toEqual([[1, 2], [3, 4], [5]])
    expect(batch([1, 2, 3, 4, 5], 3)).toEqual([[1, 2], [3, 4], [5]])
    expect(fold([], 2)).toEqual([])
    expect(batch(new Set<number>(), 2)).toEqual([])
  })

  it('keep every item, in order, in chunks of the right size', () => {
    fc.assert(
      fc.property(fc.array(fc.nat()), fc.integer({ min: 1, max: 12 }), (items, n) => {
        const [chunks, parts] = [fold(items, n), batch(items, n)]
        expect(flatten(chunks)).toEqual(items)
        expect(flatten(parts)).toEqual(items)
        expect(chunks.every((chunk) => chunk.length > 0 && chunk.length <= n)).toBe(true)
        expect(chunks.slice(0, -1).every((chunk) => chunk.length === n)).toBe(true)
        expect(parts.length).toBeLessThanOrEqual(n)
        const size = Math.ceil(items.length / n)
        expect(parts.slice(0, -1).every((part) => part.length === size)).toBe(true)
      }),
    )
  })

  it.each([0, -1, 1.5, Number.NaN, '2'])('refuse %s', (n) => {
    expect(() => fold([1], n as number)).toThrow('Expected `size` to be a positive integer')
    expect(() => batch([1], n as number)).toThrow('Expected `count` to be a positive integer')
  })
})

describe('undict and redict', () => {
  it('turn objects and maps into pairs and back', () => {
    expect(undict({ a: 1, b: 2 })).toEqual([
      ['a', 1],
      ['b', 2],
    ])
    expect(undict(new Map([[{}, 1]]))).toEqual([[{}, 1]])
    expect(
      redict([
        ['a', 1],
        ['a', 2],
      ]),
    ).toEqual({ a: 2 })
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.nat(), { noNullPrototype: true }), (record) => {
        expect(redict(undict(record))).toEqual(record)
      }),
    )
  })

  it('have no magic key', () => {
    const made = redict([['__proto__', 1]] as const)
    expect(Object.keys(made)).toEqual(['__proto__'])
    expect(Object.getPrototypeOf(made)).toBe(Object.prototype)
  })

  it('refuse what is neither', () => {
    expect(() => undict(null as never)).toThrow('Expected `record` to be an object or a Map')
    expect(() => redict({} as never)).toThrow('Expected `pairs` to be an iterable of pairs')
  })
})

describe('denone', () => {
  it('removes null and undefined, and keeps 0, empty text and false', () => {
    expect(denone([0, null, '', undefined, false, Number.NaN])).toEqual([0, '', false, Number.NaN])
  })
})
