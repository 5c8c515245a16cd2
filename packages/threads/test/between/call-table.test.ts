import { describe, expect, it } from 'vitest'
import { CallTable } from '../../src/between/call-table.js'
import { ClaimCells } from '../../src/between/claim-table.js'

describe('CallTable', () => {
  it('finds calls with and without a cell, until they are deleted', () => {
    const [cells, table] = [new ClaimCells(2), new CallTable<{ id: number }>()]
    const calls = [1, 2, 3].map(() => ({ id: cells.take() }))
    for (const call of calls) table.add(call)
    expect(calls.map(({ id }) => table.get(id))).toEqual(calls)
    expect([...table]).toHaveLength(3)
    for (const call of calls) table.delete(call)
    expect(calls.map(({ id }) => table.get(id))).toEqual([undefined, undefined, undefined])
    expect(table.size).toBe(0)
  })

  it('does not take a call for the one that had its cell before', () => {
    const [cells, table] = [new ClaimCells(1), new CallTable<{ id: number }>()]
    const first = { id: cells.take() }
    cells.giveBack(first.id)
    const second = { id: cells.take() }
    table.add(second)
    expect(table.get(first.id)).toBeUndefined()
    table.delete(first)
    expect(table.get(second.id)).toBe(second)
    expect(table.size).toBe(1)
  })

  it('knows nobody of whom nothing was said', () => {
    const table = new CallTable<{ id: number }>()
    expect([table.get(0), table.get(5000), table.get(-1)]).toEqual([
      undefined,
      undefined,
      undefined,
    ])
  })
})
