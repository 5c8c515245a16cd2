import { addExtension, pack, unpack } from 'msgpackr'
import { describe, expect, it } from 'vitest'
import { difference } from './fixtures/difference.js'
import { thrownBy } from './fixtures/frames.js'

class Mine {
  readonly a = 1
}

/** What travels, of every kind that an extension could be registered for. */
const value = [
  new Date(0),
  new Set([-0, 1]),
  new Map([['a', 1n]]),
  new Uint8Array([1]),
  Buffer.from('b'),
  new TypeError('m'),
  [-0, '\ud800', undefined],
]

let copies = 0

/** The built package, as a copy of its own. */
const copy = async (): Promise<typeof import('../src/index.js')> =>
  await import(new URL(`../dist/index.js?copy=${++copies}`, import.meta.url).href)

describe('beside other users of msgpackr', () => {
  it('does not mind what they register', async () => {
    const { encode, decode } = await copy()
    let calls = 0
    const pretend = (): Buffer => Buffer.from([++calls])
    for (const type of [1, 2, 3, 4, 5, 6, 7, 0x73, 0x74]) {
      const Class = [Date, Set, Uint8Array, Object, Array, Map, Error][type % 7] as typeof Date
      addExtension({ Class, type, pack: pretend, unpack: pretend })
    }
    const decoded = decode(Buffer.concat(encode(value).chunks))
    expect(difference(decoded, value)).toBeUndefined()
    expect(thrownBy(() => encode([new Mine()]))).toMatchObject({ path: 'value[0]' })
    expect(calls).toBe(0)
  })

  it('leaves their extensions alone', async () => {
    addExtension({
      Class: Mine,
      type: 1,
      pack: () => Buffer.from([7]),
      unpack: (bytes: Uint8Array) => ({ mine: bytes[0] }),
    })
    const { encode } = await copy()
    encode(value)
    expect(unpack(pack(new Mine()))).toStrictEqual({ mine: 7 })
  })

  it('works with another copy of itself', async () => {
    const one = await copy()
    const other = await copy()
    expect(one.encode).not.toBe(other.encode)
    for (const [from, to] of [
      [one, other],
      [other, one],
      [one, one],
      [other, other],
    ] as const) {
      const decoded = to.decode(Buffer.concat(from.encode(value).chunks))
      expect(difference(decoded, value)).toBeUndefined()
    }
    one.registerValue('test/Mine', Mine, { encode: () => null, decode: () => new Mine() })
    const travelled = other.decode(Buffer.concat(other.encode(new Mine()).chunks))
    expect(travelled).toBeInstanceOf(Mine)
  })
})
