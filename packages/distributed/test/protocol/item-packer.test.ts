import { setImmediate as immediate } from 'node:timers/promises'
import { PayloadTooLargeError, SerializationError } from '@conc/core'
import { decode, encode } from '@conc/wire'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { itemSizes, packOf, sizeOf } from '../../src/protocol/item-pack.js'
import { ItemPacker } from '../../src/protocol/item-packer.js'

function packerOf(maxItemBytes = 1_000_000): { packer: ItemPacker; packs: Uint8Array[] } {
  const packs: Uint8Array[] = []
  const packer = new ItemPacker({
    encode: (value) => encode(value, { root: 'item', maxBytes: maxItemBytes }).chunks,
    maxItemBytes,
    tell: (pack) => void packs.push(Buffer.concat(pack)),
  })
  return { packer, packs }
}

function valuesIn(packs: readonly Uint8Array[]): unknown[] {
  return packs.flatMap((pack) => {
    let end = 0
    return (itemSizes(pack) as number[]).map((size) => {
      const start = end + 4
      end = start + size
      return decode(pack, { start, end })
    })
  })
}

const item = fc.oneof(
  fc.integer(),
  fc.double(),
  fc.constantFrom(null, undefined, true, -0),
  fc.string({ maxLength: 80 }),
  fc.record({ id: fc.nat(), tags: fc.array(fc.string(), { maxLength: 3 }) }),
  fc.integer({ min: 0, max: 20_000 }).map((size) => new Uint8Array(size).fill(7)),
)

describe('ItemPacker', () => {
  it('tells all items in order, whenever it is flushed', () => {
    const step = fc.record({ item, isFlushed: fc.boolean() })
    fc.assert(
      fc.property(fc.array(step, { maxLength: 100 }), (steps) => {
        const { packer, packs } = packerOf()
        for (const { item, isFlushed } of steps) {
          expect(packer.add(item)).toBe(encode(item).byteLength)
          if (isFlushed) packer.flush()
        }
        packer.flush()
        const all = steps.flatMap((one) => packOf(encode(one.item).chunks))
        expect(Buffer.concat(packs).equals(Buffer.concat(all))).toBe(true)
      }),
      { numRuns: 100 },
    )
  })

  it('tells the items of a turn as one pack at its end', async () => {
    const { packer, packs } = packerOf()
    for (let number = 0; number < 100; number++) packer.add(number)
    await Promise.resolve()
    packer.add('the same turn')
    expect(packs).toEqual([])
    await immediate()
    expect(packs).toHaveLength(1)
    packer.add('another turn')
    await immediate()
    expect(packs).toHaveLength(2)
    expect(valuesIn(packs)).toHaveLength(102)
  })

  it('keeps what it has told, and does not let a pack grow beyond 16 KiB', () => {
    const { packer, packs } = packerOf()
    const texts = Array.from({ length: 100 }, (_, index) => String(index).repeat(500))
    for (const text of texts) packer.add(text)
    packer.flush()
    expect(valuesIn(packs)).toEqual(texts)
    expect(packs.length).toBeGreaterThan(1)
    for (const pack of packs) expect(sizeOf([pack])).toBeLessThanOrEqual(16 * 1024)
  })

  it('tells a large item by itself, behind those before it', () => {
    const { packer, packs } = packerOf()
    packer.add(1)
    packer.add(new Uint8Array(5000))
    packer.add(2)
    packer.flush()
    expect(packs.map((pack) => itemSizes(pack)?.length)).toEqual([1, 1, 1])
  })

  it('refuses what cannot travel or is too large, and tells what came before', () => {
    const { packer, packs } = packerOf(3)
    packer.add(300)
    expect(() => packer.add(() => {})).toThrow(SerializationError)
    expect(() => packer.add(70_000)).toThrow(PayloadTooLargeError)
    expect(() => packer.add('four')).toThrow(PayloadTooLargeError)
    packer.add('2')
    packer.flush()
    expect(valuesIn(packs)).toEqual([300, '2'])
  })
})
