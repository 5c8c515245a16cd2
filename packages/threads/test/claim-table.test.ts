import { describe, expect, it } from 'vitest'
import { ClaimCells, ClaimTable } from '../src/claim-table.js'

/** The two sides of one table, and one call on offer. */
function onOffer(): { cells: ClaimCells; parent: ClaimTable; thread: ClaimTable; cell: number } {
  const cells = new ClaimCells(2)
  const cell = cells.take(7)
  return { cells, cell, parent: cells.table, thread: new ClaimTable(cells.table.buffer) }
}

describe('ClaimTable', () => {
  it('lets either the thread claim a call or the parent withdraw it', () => {
    const first = onOffer()
    expect(first.thread.claim(first.cell, 7)).toBe(true)
    expect(first.parent.withdraw(first.cell, 7)).toBe(false)
    expect(first.parent.isStarted(first.cell, 7)).toBe(true)
    const second = onOffer()
    expect(second.parent.withdraw(second.cell, 7)).toBe(true)
    expect(second.thread.claim(second.cell, 7)).toBe(false)
  })

  it('does not take a cell that was used again for the call that was there before', () => {
    const { cells, cell, parent, thread } = onOffer()
    parent.withdraw(cell, 7)
    cells.giveBack(cell)
    expect(cells.take(8)).toBe(cell)
    expect(thread.claim(cell, 7)).toBe(false)
    expect(parent.withdraw(cell, 7)).toBe(false)
    expect(thread.claim(cell, 8)).toBe(true)
  })

  it('has a call that waits for its module not started', () => {
    const { cell, parent, thread } = onOffer()
    expect(thread.load(cell, 7)).toBe(true)
    expect(parent.withdraw(cell, 7)).toBe(false)
    expect(parent.isStarted(cell, 7)).toBe(false)
    parent.abort(cell, 7)
    expect(thread.claim(cell, 7)).toBe(false)
  })

  it('lets either the body end or its thread be ended', () => {
    const first = onOffer()
    first.thread.claim(first.cell, 7)
    expect(first.parent.kill(first.cell, 7)).toBe(false)
    first.parent.abort(first.cell, 7)
    expect(first.thread.isAborted(first.cell, 7)).toBe(true)
    expect(first.thread.end(first.cell, 7)).toBe(true)
    expect(first.parent.kill(first.cell, 7)).toBe(false)
    const second = onOffer()
    second.thread.claim(second.cell, 7)
    second.parent.abort(second.cell, 7)
    expect(second.parent.kill(second.cell, 7)).toBe(true)
    expect(second.thread.end(second.cell, 7)).toBe(false)
  })

  it('has no cell for more calls than it was made for', () => {
    const { cells } = onOffer()
    expect(cells.take(8)).toBe(1)
    expect(cells.take(9)).toBe(-1)
    cells.giveBack(-1)
    cells.giveBack(1)
    expect(cells.take(10)).toBe(1)
  })
})
