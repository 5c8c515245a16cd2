import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { describe, expect, it } from 'vitest'
import { decode, encode } from '../src/index.js'
import { bytesOf } from './fixtures/frames.js'

function bytesInUse(): number {
  setFlagsFromString('--expose-gc')
  const collect = runInNewContext('gc') as () => void
  // Once for the objects, twice for the buffers they leave to be swept.
  for (let round = 0; round < 3; round++) collect()
  const { heapUsed, arrayBuffers } = process.memoryUsage()
  return heapUsed + arrayBuffers
}

const key = (text: string): number[] => [0xa0 + text.length, ...Buffer.from(text)]
const thrown = [...key('thrown'), ...key('error')]

describe('decode', () => {
  it.each<[string, readonly number[]]>([
    ['objects', [0x80]],
    ['lists', [0x90]],
    ['lists of one', [0x91, 1]],
    ['maps', [0xd4, 2, 0, 0x90]],
    ['sets', [0xd4, 0x73, 0, 0x90]],
    ['buffers', [0xc4, 0]],
    ['typed arrays', [0xc7, 1, 0x74, 1]],
    ['dates', [0xd4, 0xff, 0xff]],
    ['errors', [0xd4, 4, 0, 0x81, ...thrown]],
    ['objects with an index as key', [0x81, ...key('1023'), 0]],
    ['objects with a low index as key', [0x81, ...key('300'), 0]],
    [
      'errors with an index as field',
      [0xd4, 4, 0, 0x82, ...thrown, ...key('fields'), 0x81, ...key('1023'), 0],
    ],
  ])('takes memory in proportion to the bytes, for %s too', (_label, one) => {
    const count = 20_000
    const head = Buffer.from([0xdd, 0, 0, count >> 8, count & 0xff])
    const frame = Buffer.concat([head, ...new Array<Buffer>(count).fill(Buffer.from(one))])
    const before = bytesInUse()
    const value = decode(frame)
    expect(bytesInUse() - before).toBeLessThan(160 * frame.byteLength)
    expect(value).toHaveLength(count)
  })

  it('keeps the order and the values of keys that are indices', () => {
    const keys = ['9', '1023', 'a', '0', '4294967294', '4294967295', '007', '1.5', '-1']
    const value = Object.fromEntries(keys.map((name, index) => [name, index]))
    expect(decode(bytesOf(value))).toStrictEqual(value)
    expect(Object.keys(decode(bytesOf(value)) as object)).toStrictEqual(Object.keys(value))
    const last = { 4294967294: 1, 7: 2, 5000: 3 }
    expect(decode(bytesOf(last))).toStrictEqual(last)
    const dense = Object.fromEntries(Array.from({ length: 3000 }, (_, index) => [index, index]))
    expect(decode(Buffer.concat(encode(dense).chunks))).toStrictEqual(dense)
  })
})
