import { Packr } from 'msgpackr'
import { describe, expect, it } from 'vitest'
import { decode } from '../src/index.js'
import { bytesOf, thrownBy } from './fixtures/frames.js'

const records = new Packr()
const clones = new Packr({ structuredClone: true, useRecords: false })
const bundles = new Packr({ bundleStrings: true, useRecords: false })
const maps = new Packr({ mapsAsObjects: false, useRecords: false })

function cycle(): unknown {
  const self: unknown[] = [1]
  self.push(self)
  return self
}

/** The opening of a list of so many items, and nothing else. */
const opening = [0xdd, 0xff, 0xff, 0xff, 0xff]

describe('decode', () => {
  it.each<[string, Uint8Array | readonly number[]]>([
    ['nothing', []],
    ['the byte that means nothing', [0xc1]],
    ['a value and one byte more', [0x01, 0x01]],
    ['half a number', [0xcb, 0, 0, 0]],
    ['text shorter than it says', [0xa5, 0x61]],
    ['long text shorter than it says', [0xdb, 0xff, 0xff, 0xff, 0xff, 0x61]],
    ['bytes fewer than they say', [0xc6, 0xff, 0xff, 0xff, 0xff, 0x61]],
    ['a list shorter than it says', [...opening, 1]],
    ['a map shorter than it says', [0xdf, 0xff, 0xff, 0xff, 0xff, 0xa1, 0x61, 1]],
    ['text that is no UTF-8', [0xa2, 0xc3, 0x28]],
    ['a key that is a number', [0x81, 1, 1]],
    ['a key that is a list', [0x81, 0x90, 1]],
    ['a key called __proto__', maps.pack(new Map([['__proto__', { polluted: true }]]))],
    [
      'a tagged key called __proto__',
      [0x81, 0xd4, 3, 0, 0xc4, 18, ...Buffer.from('__proto__', 'utf16le'), 0x80],
    ],
    ['a record of msgpackr', records.pack([{ a: 1 }, { a: 2 }])],
    ['an error of msgpackr', clones.pack(new Error('m'))],
    ['a pattern of msgpackr', clones.pack(/a+/)],
    ['a pointer of msgpackr', clones.pack(cycle())],
    ['a pointer of msgpackr to nothing', [0xd6, 0x70, 0, 0, 0, 1]],
    ['bundled text of msgpackr', bundles.pack({ list: ['some text', 'more text'] })],
    ['an unknown extension', [0xd4, 0x11, 0]],
    ['an unknown long extension', [0xc7, 1, 0x11, 0]],
    ['an extension with another filler', [0xd4, 0x02, 1, 0x90]],
    ['a map with half an entry', [0xd4, 0x02, 0, 0x91, 1]],
    ['a map that is no list', [0xd4, 0x02, 0, 0x80]],
    ['a set that is text', [0xd4, 0x73, 0, 0xa2, 0x61, 0x62]],
    ['UTF-16 of half a unit', [0xd4, 0x03, 0, 0xc4, 1, 0]],
    ['UTF-16 that is a number', [0xd4, 0x03, 0, 1]],
    ['an error that is a number', [0xd4, 0x04, 0, 1]],
    ['an error that is nothing', [0xd4, 0x04, 0, 0xc0]],
    ['an error that is a thrown value', [0xd4, 0x04, 0, ...bytesOf({ thrown: 'value', value: 1 })]],
    ['an instance of an unknown class', [0xd4, 0x05, 0, 0x92, 0xa1, 0x61, 1]],
    [
      'an instance of a class named as a prototype',
      [0xd4, 0x05, 0, 0x92, 0xa9, ...Buffer.from('__proto__'), 1],
    ],
    ['an instance of a class without a name', [0xd4, 0x05, 0, 0x92, 1, 1]],
    ['a typed array of half an item', [0xc7, 4, 0x74, 8, 0, 0, 0]],
    ['a typed array of an unknown kind', [0xc7, 2, 0x74, 99, 0]],
    ['a typed array of no kind', [0xc7, 0, 0x74]],
    ['a bigint of no bytes', [0xc7, 0, 0x42]],
    ['a date of three bytes', [0xc7, 3, 0xff, 1, 2, 3]],
    ['a tail without a frame', [0xd4, 0x07, 0, 0x92, 18, 4]],
    ['a frame with more than there is', [0xd4, 0x06, 0, 0x92, 0xcd, 0xff, 0xff, 1]],
    ['a frame with less than nothing', [0xd4, 0x06, 0, 0x92, 0xff, 1]],
    ['a frame whose tail nobody asks for', [0xd4, 0x06, 0, 0x92, 1, 0xc0, 9]],
    ['a frame in a frame', [0xd4, 0x06, 0, 0x92, 0, 0xd4, 0x06, 0, 0x92, 0, 1]],
    ['a frame inside', [0x91, 0xd4, 0x06, 0, 0x92, 0, 1]],
    ['a tail of an unknown kind', [0xd4, 0x06, 0, 0x92, 1, 0xd4, 0x07, 0, 0x92, 99, 1, 9]],
    ['a tail longer than there is', [0xd4, 0x06, 0, 0x92, 1, 0xd4, 0x07, 0, 0x92, 18, 2, 9]],
    ['a tail of no length', [0xd4, 0x06, 0, 0x92, 1, 0xd4, 0x07, 0, 0x92, 18, 0xa0, 9]],
    [
      'lists in lists, each as long as can be',
      Buffer.concat(
        new Array(250).fill(Buffer.from([0xdd, 0, 0xff, 0, 0])).concat(Buffer.alloc(2 ** 24)),
      ),
    ],
    ['lists more than 256 deep', Buffer.alloc(257, 0x91)],
    ['a million lists in each other', Buffer.alloc(1_000_000, 0x91)],
    [
      'a million tags in each other',
      Buffer.concat(new Array(1_000_000).fill(Buffer.from([0xd4, 4, 0]))),
    ],
    [
      'a million frames in each other',
      Buffer.concat(new Array(100_000).fill(Buffer.from([0xd4, 6, 0, 0x92, 0]))),
    ],
    [
      'a million instances in each other',
      Buffer.concat(new Array(100_000).fill(Buffer.from([0xd4, 5, 0, 0x92, 0xa1, 0x61]))),
    ],
    ['a million maps as keys of each other', Buffer.alloc(1_000_000, 0x81)],
  ])('refuses %s', (_label, bytes) => {
    const error = thrownBy(() => decode(Uint8Array.from(bytes)))
    expect(error).toMatchObject({ code: 'CONC_SERIALIZATION' })
    expect(({} as { polluted?: boolean }).polluted).toBeUndefined()
  })

  it('says where', () => {
    const bytes = bytesOf([{ list: [1, new Map([['k', 'text']])] }])
    bytes[bytes.length - 1] = 0xff
    expect(thrownBy(() => decode(bytes, { root: 'result' }))).toMatchObject({
      path: 'result[0].list[1].get("k")',
      message: 'result[0].list[1].get("k") is a text that is no UTF-8.',
    })
  })

  it('refuses every frame that is cut short', () => {
    const bytes = bytesOf({
      list: [1, 'text', -0, 10n ** 30n, new Date(1), new Map([['a', new Set([1])]])],
      error: new TypeError('m'),
      floats: new Float64Array(2),
      tail: Buffer.alloc(65_536),
    })
    const head = bytes.byteLength - 65_536
    for (let length = 0; length <= head; length++) {
      expect(thrownBy(() => decode(bytes.subarray(0, length)))).toMatchObject({
        code: 'CONC_SERIALIZATION',
      })
    }
    expect(() => decode(bytes.subarray(0, -1))).toThrow()
  })

  it('gives keys that name members of Object.prototype as plain properties', () => {
    const decoded = decode(bytesOf({ constructor: 1, toString: 2, hasOwnProperty: 3 }))
    expect(Object.keys(decoded as object)).toStrictEqual([
      'constructor',
      'toString',
      'hasOwnProperty',
    ])
    expect(Object.getPrototypeOf(decoded)).toBe(Object.prototype)
  })
})
