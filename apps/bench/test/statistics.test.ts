import { describe, expect, it } from 'vitest'
import { spread } from '../src/harness/statistics.js'

describe('spread', () => {
  it('gives the middle of an odd number of values', () => {
    expect(spread([9, 1, 5])).toEqual({ median: 5, q1: 3, q3: 7, min: 1, max: 9 })
  })

  it('interpolates between the two in the middle', () => {
    expect(spread([4, 1, 2, 3]).median).toBe(2.5)
  })

  it('is all one value for one sample', () => {
    expect(spread([7])).toEqual({ median: 7, q1: 7, q3: 7, min: 7, max: 7 })
  })

  it('compares numbers, not their text', () => {
    expect(spread([10, 9, 100]).median).toBe(10)
  })

  it('leaves the samples as they were', () => {
    const values = [3, 1, 2]
    spread(values)
    expect(values).toEqual([3, 1, 2])
  })

  it('refuses no values', () => {
    expect(() => spread([])).toThrow(RangeError)
  })
})
