import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { IdTable } from '../../src/protocol/id-table.js'

const range = 2 ** 32

/** Few ids, so that they come again; in a row, far apart, and such as come to stand in the same cells. */
const someId = fc.oneof(
  fc.integer({ min: 1, max: 40 }),
  fc.integer({ min: 1, max: 40 }).map((id) => range - id),
  fc.integer({ min: 1, max: 40 }).map((id) => id * 2 ** 26),
)

const step = fc.oneof(
  fc.record({ does: fc.constant('set' as const), id: someId }),
  fc.record({ does: fc.constant('delete' as const), id: someId }),
  fc.record({ does: fc.constant('clear' as const), id: fc.constant(0) }),
)

describe('IdTable', () => {
  it('has what a Map would have', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 300, size: 'max' }), (steps) => {
        const table = new IdTable<object>()
        const map = new Map<number, object>()
        for (const { does, id } of steps) {
          if (does === 'set') {
            const value = {}
            table.set(id, value)
            map.set(id, value)
          } else if (does === 'delete') expect(table.delete(id)).toBe(map.delete(id))
          else {
            table.clear()
            map.clear()
          }
          expect(table.get(id)).toBe(map.get(id))
          expect(table.has(id)).toBe(map.has(id))
          expect(table.size).toBe(map.size)
        }
        const sorted = [...map].sort(([one], [other]) => one - other)
        expect(table.values()).toEqual(sorted.map(([, value]) => value))
        for (const [id, value] of sorted) expect(table.get(id)).toBe(value)
      }),
    )
  })

  it('keeps those that stay, whatever comes and goes beside them', () => {
    const table = new IdTable<number>()
    for (let id = 1; id <= 5000; id++) {
      table.set(id, id)
      if (id > 100 && id % 50 !== 0) table.delete(id)
    }
    const staying = [...Array(5000).keys()].map((index) => index + 1)
    expect(table.values()).toEqual(staying.filter((id) => id <= 100 || id % 50 === 0))
  })

  it('is as new when the last of many has left', () => {
    const table = new IdTable<number>()
    const ids = Array.from({ length: 20_000 }, (_, index) => index + 1)
    for (const id of ids) table.set(id, id)
    for (const id of ids) expect(table.delete(id)).toBe(true)
    expect(table.size).toBe(0)
    expect(table.values()).toEqual([])
    table.set(7, 7)
    expect(table.values()).toEqual([7])
  })

  it('knows no id 0, and none that is no number of a frame', () => {
    const table = new IdTable<string>()
    table.set(1, 'one')
    for (const id of [0, -1, 1.5, Number.NaN, range]) {
      expect(table.get(id)).toBeUndefined()
      expect(table.has(id)).toBe(false)
      expect(table.delete(id)).toBe(false)
    }
    expect(table.size).toBe(1)
  })
})
