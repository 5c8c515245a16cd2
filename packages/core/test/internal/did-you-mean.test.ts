import { describe, expect, it } from 'vitest'
import { didYouMean } from '../../src/internal/did-you-mean.js'

describe('didYouMean', () => {
  it('names what is one slip away, and nothing for a single letter', () => {
    expect(didYouMean('autor', ['id', 'author'])).toBe('author')
    expect(didYouMean('y', ['n', 'list'])).toBeUndefined()
    expect(didYouMean('N', ['n'])).toBe('n')
  })
})
