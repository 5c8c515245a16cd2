import { runInNewContext } from 'node:vm'
import { describe, expect, it } from 'vitest'
import { decode, encode } from '../src/index.js'
import { difference } from './fixtures/difference.js'
import { bytesOf, roundTrip } from './fixtures/frames.js'

describe('encode and decode', () => {
  it.each<[string, unknown]>([
    ['undefined', undefined],
    ['null', null],
    ['booleans', [true, false]],
    ['NaN', Number.NaN],
    ['negative zero', -0],
    ['negative zero inside', { a: [-0, { b: -0 }] }],
    ['infinities', [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]],
    [
      'integers',
      [0, 127, 128, 255, 256, 65_535, 65_536, 2 ** 32 - 1, 2 ** 32, 2 ** 53, -1, -32, -33],
    ],
    ['doubles', [0.1, Number.MIN_VALUE, Number.MAX_VALUE, -1.5]],
    [
      'bigints',
      [0n, -1n, 2n ** 63n, 2n ** 64n, -(2n ** 63n), -(2n ** 64n), 3n ** 9999n, -(3n ** 50_000n)],
    ],
    ['text', ['', 'a', 'ä€𝄞', '\0', '\ufffd', 'x'.repeat(70_000), 'ä'.repeat(40_000)]],
    ['text with lone surrogates', ['\ud800', 'a\udc00b', `\ud800${'x'.repeat(70_000)}`]],
    ['keys with lone surrogates', { '\ud800': 1, b: { '\udfff': -0 } }],
    [
      'keys of any kind',
      { '': 1, 'a b': 2, 7: 3, constructor: 4, toString: 5, toJSON: 6, hasOwnProperty: 7 },
    ],
    ['a very long key', { ['k'.repeat(70_000)]: 1 }],
    [
      'dates',
      [
        new Date(0),
        new Date(-1),
        new Date(1_700_000_000_123),
        new Date(8.64e15),
        new Date(Number.NaN),
      ],
    ],
    [
      'maps',
      new Map<unknown, unknown>([
        ['a', 1],
        [1, new Map([[{}, -0]])],
        [Number.NaN, undefined],
      ]),
    ],
    ['sets', new Set<unknown>([1, 'a', undefined, new Set([null]), { n: -0 }])],
    [
      'empty containers',
      [{}, [], new Map(), new Set(), new Uint8Array(0), Buffer.alloc(0), new ArrayBuffer(0)],
    ],
    ['a buffer', Buffer.from('bytes')],
    ['an ArrayBuffer', new Uint8Array([1, 2, 3]).buffer],
    ['a DataView on part of a buffer', new DataView(new ArrayBuffer(9), 3, 4)],
    ['a typed array on part of a buffer', new Int16Array(new ArrayBuffer(20), 4, 3)],
    [
      'large binary',
      [Buffer.alloc(65_536, 1), new Float64Array(9000).fill(2), new ArrayBuffer(70_000)],
    ],
    ['large views on part of a buffer', [new DataView(new ArrayBuffer(90_000), 5, 70_000)]],
    [
      'more than 65 535 properties',
      Object.fromEntries(Array.from({ length: 70_000 }, (_, i) => [`k${i}`, i])),
    ],
    ['more than 65 535 items', new Array(70_000).fill(-0)],
  ])('carry %s', (_label, value) => {
    expect(difference(roundTrip(value), value)).toBeUndefined()
  })

  it('carry an object without prototype as an ordinary one', () => {
    const bare = Object.assign(Object.create(null), { a: Object.create(null) }) as object
    expect(roundTrip(bare)).toStrictEqual({ a: {} })
  })

  it('carry holes as undefined', () => {
    // biome-ignore lint/suspicious/noSparseArray: it is what is tested
    expect(roundTrip([, 1, ,])).toStrictEqual([undefined, 1, undefined])
  })

  it('carry what occurs twice as two copies', () => {
    const shared = { a: 1 }
    const [one, other] = roundTrip([shared, shared]) as [object, object]
    expect(one).toStrictEqual(other)
    expect(one).not.toBe(other)
  })

  it('carry plain objects and arrays of other realms', () => {
    expect(roundTrip(runInNewContext('({ a: [1, { b: 2 }] })'))).toStrictEqual({ a: [1, { b: 2 }] })
  })

  it('carry values 256 deep', () => {
    let value: unknown = 'bottom'
    for (let depth = 0; depth < 256; depth++) value = depth % 2 ? [value] : { value }
    expect(difference(roundTrip(value), value)).toBeUndefined()
  })

  it('leave the value as it was', () => {
    const value = Object.freeze({ list: Object.freeze([-0, new Map([['a', -0]]), '\ud800']) })
    encode(value)
    expect(Object.is(value.list[0], -0)).toBe(true)
  })
})

describe('encode', () => {
  it('does not copy large binary', () => {
    const floats = new Float64Array(10_000)
    const buffer = Buffer.alloc(70_000)
    const { chunks } = encode({ floats, list: [buffer] })
    expect(chunks).toHaveLength(3)
    expect(chunks[1]?.buffer).toBe(floats.buffer)
    expect(chunks[2]).toBe(buffer)
    expect(chunks[0]?.byteLength).toBeLessThan(100)
  })

  it('does not keep large buffers alive for small results', () => {
    encode('x'.repeat(60_000).split(''))
    const [chunk] = encode([1, 2]).chunks
    expect(chunk?.buffer.byteLength).toBeLessThanOrEqual(65_536)
  })

  it('can be called from a getter of the value', () => {
    const inner = { list: ['x'.repeat(5000)] }
    const value = {
      before: 'b'.repeat(5000),
      get bytes() {
        return bytesOf(inner)
      },
      after: 'a',
    }
    const decoded = roundTrip(value) as { bytes: Buffer }
    expect(decoded).toMatchObject({ before: value.before, after: 'a' })
    expect(decode(decoded.bytes)).toStrictEqual(inner)
  })

  it.each([
    ['maxBytes', { maxBytes: 0 }],
    ['maxBytes', { maxBytes: 1.5 }],
    ['root', { root: 1 as unknown as string }],
  ])('refuses a %s that makes no sense', (option, options) => {
    expect(() => encode(1, options)).toThrow(expect.objectContaining({ option }))
  })
})

describe('decode', () => {
  it.each([[undefined], ['text'], [[1]], [new ArrayBuffer(1)]])('refuses %s', (bytes) => {
    expect(() => decode(bytes as unknown as Uint8Array)).toThrow(
      expect.objectContaining({ option: 'bytes' }),
    )
  })

  it('takes any Uint8Array', () => {
    const plain = new Uint8Array(bytesOf({ a: [1.5, 'text', new Uint8Array(70_000)] }))
    expect(decode(plain)).toStrictEqual({ a: [1.5, 'text', new Uint8Array(70_000)] })
  })
})
