import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { Line, type Place } from '../../../src/internal/line/line.js'

interface Visitor extends Place {
  readonly id: number
  readonly rank: Rank
}

interface Rank {
  readonly priority: number
  readonly depth: number
}

function visitor(id: number, rank: Rank, enter: (who: Visitor) => void): Visitor {
  const made: Visitor = {
    id,
    rank,
    list: undefined,
    next: undefined,
    prev: undefined,
    enter: () => enter(made),
  }
  return made
}

/** Joins, leaves, ends and resizes as they come; the model is a sorted list. */
class Model {
  readonly line: Line
  readonly waiting: Visitor[] = []
  readonly inside: Visitor[] = []
  readonly entered: number[] = []
  /** An entrance must not throw; what it finds wrong is kept. */
  readonly violations: string[] = []
  #next = 0

  constructor(size: number) {
    this.line = new Line(size)
  }

  join(rank: Rank): void {
    const made = visitor(this.#next++, rank, (who) => this.#enters(who))
    const behind = this.waiting.findIndex((one) => isBefore(rank, one.rank))
    this.waiting.splice(behind < 0 ? this.waiting.length : behind, 0, made)
    this.line.join(made, rank.priority, rank.depth)
  }

  leave(index: number): void {
    const [gone] = this.waiting.splice(index % Math.max(this.waiting.length, 1), 1)
    if (gone) expect(this.line.leave(gone)).toBe(true)
  }

  end(index: number): void {
    const [gone] = this.inside.splice(index % Math.max(this.inside.length, 1), 1)
    if (!gone) return
    this.line.release()
    expect(this.line.leave(gone)).toBe(false)
  }

  #enters(who: Visitor): void {
    if (who !== this.waiting.shift()) this.violations.push(`${who.id} came out of turn`)
    if (this.line.running > this.line.size) this.violations.push(`${who.id} came on top`)
    this.inside.push(who)
    this.entered.push(who.id)
  }

  check(): void {
    expect(this.violations).toEqual([])
    expect(this.line.running).toBe(this.inside.length)
    expect(this.line.waiting).toBe(this.waiting.length)
    expect([...this.line]).toEqual(this.waiting)
  }
}

function isBefore(one: Rank, other: Rank): boolean {
  return one.depth > other.depth || (one.depth === other.depth && one.priority > other.priority)
}

const rank = fc.record({ priority: fc.integer({ min: -2, max: 2 }), depth: fc.nat(2) })
const step = fc.oneof(
  { weight: 5, arbitrary: fc.record({ join: rank }) },
  { weight: 3, arbitrary: fc.record({ end: fc.nat(20) }) },
  { weight: 1, arbitrary: fc.record({ leave: fc.nat(20) }) },
  { weight: 1, arbitrary: fc.record({ size: fc.nat(4) }) },
)
type Step = { join?: Rank; end?: number; leave?: number; size?: number }

function take(model: Model, { join, end, leave, size }: Step): void {
  if (join !== undefined) model.join(join)
  if (end !== undefined) model.end(end)
  if (leave !== undefined) model.leave(leave)
  if (size !== undefined) model.line.size = size
}

describe('Line', () => {
  it('lets in by depth, then by priority, then by arrival, never more than its size, however all interleaves', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.scheduler(),
        fc.integer({ min: 1, max: 3 }),
        fc.array(step, { maxLength: 40 }),
        async (scheduler, size, steps) => {
          const model = new Model(size)
          const taken = steps.map(async (one) => {
            await scheduler.schedule(Promise.resolve(), JSON.stringify(one))
            take(model, one)
            model.check()
          })
          await scheduler.waitIdle()
          await Promise.all(taken)
          model.line.size = 3
          while (model.waiting.length + model.inside.length > 0) {
            await Promise.resolve()
            model.end(0)
            model.check()
          }
          expect(model.line.running).toBe(0)
        },
      ),
    )
  })

  it('lets nobody in inside join, and all who fit in the next microtask', async () => {
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 1, max: 5 }), fc.nat(9), async (size, count) => {
        const model = new Model(size)
        for (let i = 0; i < count; i++) model.join({ priority: 0, depth: 0 })
        expect(model.entered).toEqual([])
        await Promise.resolve()
        expect(model.entered).toHaveLength(Math.min(size, count))
      }),
    )
  })
})
