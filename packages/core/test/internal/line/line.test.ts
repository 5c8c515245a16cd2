import { describe, expect, it, vi } from 'vitest'
import { Line, type Place } from '../../../src/internal/line/line.js'

function place(enter: () => void = () => {}): Place {
  return { list: undefined, next: undefined, prev: undefined, enter }
}

const named = (log: string[], ...names: string[]): Place[] =>
  names.map((name) => place(() => log.push(name)))

describe('Line', () => {
  it('passes a slot on before release returns', async () => {
    const log: string[] = []
    const line = new Line(1)
    for (const one of named(log, 'a', 'b')) line.join(one)
    await Promise.resolve()
    expect(log).toEqual(['a'])
    line.release()
    expect(log).toEqual(['a', 'b'])
    expect(line.running).toBe(1)
  })

  it('keeps the stack flat when bodies end inside their entrance', async () => {
    const line = new Line(1)
    let entered = 0
    for (let i = 0; i < 50_000; i++) {
      line.join(
        place(() => {
          entered++
          line.release()
        }),
      )
    }
    await Promise.resolve()
    expect(entered).toBe(50_000)
    expect(line.running).toBe(0)
  })

  it('puts those who join at the front before the others of their priority only', async () => {
    const log: string[] = []
    const line = new Line(1)
    const [high, first, back] = named(log, 'high', 'first', 'back') as [Place, Place, Place]
    line.join(first, 0)
    line.join(high, 1)
    line.joinFront(back, 0)
    for (let i = 0; i < 3; i++) {
      await Promise.resolve()
      line.release()
    }
    expect(log).toEqual(['high', 'back', 'first'])
  })

  it('lets in more at once when it grows, and nobody until it has shrunk', async () => {
    const log: string[] = []
    const line = new Line(1)
    for (const one of named(log, 'a', 'b', 'c', 'd', 'e')) line.join(one)
    line.size = 3
    await Promise.resolve()
    expect(log).toEqual(['a', 'b', 'c'])
    line.size = 1
    line.release()
    line.release()
    expect(log).toHaveLength(3)
    line.release()
    expect(log).toEqual(['a', 'b', 'c', 'd'])
  })

  it('gives no slot to somebody who left before the microtask', async () => {
    const enter = vi.fn<() => void>()
    const line = new Line(1)
    const one = place(enter)
    line.join(one)
    expect(line.leave(one)).toBe(true)
    expect(line.leave(one)).toBe(false)
    await Promise.resolve()
    expect(enter).not.toHaveBeenCalled()
    expect([line.running, line.waiting]).toEqual([0, 0])
  })

  it('gives a slot at once only where nobody waits', async () => {
    const line = new Line(2)
    expect(line.tryEnter()).toBe(true)
    line.join(place())
    expect(line.tryEnter()).toBe(false)
    await Promise.resolve()
    expect(line.tryEnter()).toBe(false)
    line.release()
    expect(line.tryEnter()).toBe(true)
    expect(line.running).toBe(2)
  })

  it('forgets a place of another line', () => {
    const [one, other] = [new Line(0), new Line(0)]
    const stands = place()
    one.join(stands)
    expect(other.leave(stands)).toBe(false)
    expect(one.waiting).toBe(1)
  })

  it('tells of every change that can help somebody who waits', async () => {
    const change = vi.fn<() => void>()
    const line = new Line(1, change)
    const waits = place()
    line.join(place())
    line.join(waits)
    await Promise.resolve()
    change.mockClear()
    line.leave(waits)
    line.release()
    line.size = 2
    expect(change).toHaveBeenCalledTimes(3)
  })
})
