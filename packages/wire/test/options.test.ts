import { InvalidOptionError } from '@conc/core'
import { describe, expect, it } from 'vitest'
import { decode, encode, toJson } from '../src/index.js'

const bytes = encode(1).chunks[0] as Uint8Array

describe('options', () => {
  it.each<[attempt: () => unknown, message: string]>([
    [() => encode(1, { maxbytes: 1 } as never), 'one with `maxbytes` (did you mean `maxBytes`?)'],
    [() => encode(1, { root: 'x', at: 1 } as never), 'only root, maxBytes, got one with `at`'],
    [() => encode(1, { root: 1 as never }), '`root` to be a string, got 1'],
    [() => encode(1, { maxBytes: 0 }), '`maxBytes`'],
    [() => encode(1, null as never), '`options` to be an object, got null'],
    [() => decode(bytes, { roots: 'x' } as never), 'one with `roots` (did you mean `root`?)'],
    [() => decode(bytes, { root: 1 as never }), '`root` to be a string, got 1'],
    [() => decode(bytes, 'x' as never), '`options` to be an object'],
    [() => toJson(1, { tag: true } as never), 'got one with `tag`'],
    [() => toJson(1, { tagged: 'yes' as never }), '`tagged` to be true or false'],
  ])('are refused at once, by name (%#)', (attempt, message) => {
    expect(attempt).toThrow(InvalidOptionError)
    expect(attempt).toThrow(message)
  })

  it('take what there is, and may be left out', () => {
    expect(decode(bytes)).toBe(1)
    expect(decode(bytes, { root: 'args' })).toBe(1)
    expect(encode(1, { root: 'args', maxBytes: 10 }).byteLength).toBe(bytes.byteLength)
    expect(() => encode(() => 1, { root: 'args' })).toThrow(/args/)
  })
})
