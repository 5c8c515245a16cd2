import { describe, expect, it } from 'vitest'
import { byId, ClaimCells, ClaimTable, cellOf } from '../../src/between/claim-table.js'

/** The two sides of one table, and one call on offer. */
function onOffer(): { cells: ClaimCells; parent: ClaimTable; thread: ClaimTable; id: number } {
  const cells = new ClaimCells(2)
  const id = cells.take()
  return { cells, id, parent: cells.table, thread: new ClaimTable(cells.table.buffer) }
}

describe('ClaimTable', () => {
  it('lets either the thread claim a call or the parent withdraw it', () => {
    const first = onOffer()
    expect(first.thread.claim(first.id)).toBe(true)
    expect(first.parent.withdraw(first.id)).toBe(false)
    expect(first.parent.isStarted(first.id)).toBe(true)
    const second = onOffer()
    expect(second.parent.withdraw(second.id)).toBe(true)
    expect(second.thread.claim(second.id)).toBe(false)
  })

  it('does not take a cell that was used again for the call that was there before', () => {
    const { cells, id, parent, thread } = onOffer()
    parent.withdraw(id)
    cells.giveBack(id)
    const next = cells.take()
    expect(cellOf(next)).toBe(cellOf(id))
    expect(thread.claim(id)).toBe(false)
    expect(parent.withdraw(id)).toBe(false)
    expect(thread.claim(next)).toBe(true)
  })

  it('has a call that waits for its module not started', () => {
    const { id, parent, thread } = onOffer()
    expect(thread.load(id)).toBe(true)
    expect(parent.withdraw(id)).toBe(false)
    expect(parent.isStarted(id)).toBe(false)
    parent.abort(id)
    expect(thread.claim(id)).toBe(false)
    expect(parent.isStarted(id)).toBe(false)
  })

  it('lets the thread be ended for a module that is never there', () => {
    const { id, parent, thread } = onOffer()
    thread.load(id)
    expect(parent.kill(id)).toBe(false)
    parent.refuse(id)
    expect(parent.kill(id)).toBe(true)
    expect(thread.claim(id)).toBe(false)
    expect(thread.end(id)).toBe(false)
  })

  it('lets either the body end or its thread be ended', () => {
    const first = onOffer()
    first.thread.claim(first.id)
    expect(first.parent.kill(first.id)).toBe(false)
    first.parent.abort(first.id)
    expect(first.thread.isAborted(first.id)).toBe(true)
    expect(first.thread.end(first.id)).toBe(true)
    expect(first.parent.kill(first.id)).toBe(false)
    const second = onOffer()
    second.thread.claim(second.id)
    second.parent.abort(second.id)
    expect(second.parent.kill(second.id)).toBe(true)
    expect(second.thread.end(second.id)).toBe(false)
  })

  it('has no cell for more calls than it was made for, which then count as started', () => {
    const { cells, parent } = onOffer()
    expect(cellOf(cells.take())).toBe(1)
    const without = cells.take()
    expect([without, cellOf(without)]).toEqual([-1, -1])
    expect(parent.isStarted(without)).toBe(true)
    expect(parent.withdraw(without)).toBe(false)
    cells.giveBack(without)
    expect(cells.free).toBe(0)
  })

  it('sorts calls as they were given out, also after the ids have gone round', () => {
    expect([5 << 10, 1024, 3072].sort(byId)).toEqual([1024, 3072, 5 << 10])
    expect([1024, 0x0fff_fc00].sort(byId)).toEqual([0x0fff_fc00, 1024])
  })
})
