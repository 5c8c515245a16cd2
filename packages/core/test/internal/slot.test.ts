import { describe, expect, it } from 'vitest'
import { type Executor, inline, limit, task } from '../../src/index.js'
import { deferred } from '../../src/internal/deferred.js'
import { whileSuspended } from '../../src/internal/frame.js'
import { Line } from '../../src/internal/line.js'
import { Slot } from '../../src/internal/slot.js'

let names = 0
const declared = <A extends readonly unknown[], R>(fn: (...args: A) => R) =>
  task(`test/slot-${++names}`, fn)

const turns = async (count = 30): Promise<void> => {
  for (let i = 0; i < count; i++) await Promise.resolve()
}

/** Nested calls go where their task runs, and so through the limit again. */
function narrow(size: number): Executor {
  const outer: Executor = limit(inline(), size)
  return outer
}

describe('a slot', () => {
  it('is lent to nested calls, so that recursion deeper than the limit ends', async () => {
    const one = narrow(1)
    const depth = declared(
      async (n: number): Promise<number> => (n === 0 ? 0 : 1 + (await depth.on(one)(n - 1))),
    )
    expect(await depth.on(one)(50)).toBe(50)
    expect(one.load).toMatchObject({ running: 0, waiting: 0 })
  })

  it('is lent to one nested call at a time, in their order', async () => {
    const one = narrow(1)
    const log: string[] = []
    const child = declared(async (n: number) => {
      log.push(`+${n}`)
      await turns()
      log.push(`-${n}`)
    })
    const parent = declared(() => Promise.all([1, 2, 3].map((n) => child.on(one)(n))))
    await parent.on(one)()
    expect(log).toEqual(['+1', '-1', '+2', '-2', '+3', '-3'])
  })

  it('stays taken for a nested call that outlives its task', async () => {
    const one = narrow(1)
    const gate = deferred()
    const log: string[] = []
    const child = declared(() => gate.promise)
    const parent = declared(async () => {
      void child.on(one)()
      await turns()
    })
    await parent.on(one)()
    const next = one.submit(() => void log.push('next'), [])
    await turns()
    expect(log).toEqual([])
    expect(one.load.running).toBe(1)
    gate.resolve()
    await next
    await turns()
    expect(one.load).toMatchObject({ running: 0, waiting: 0 })
  })

  it('goes back to the line while its task waits for something else', async () => {
    const one = narrow(1)
    const gate = deferred()
    const waits = declared(() => whileSuspended(() => gate.promise))
    const waiting = waits.on(one)()
    await turns()
    expect(one.load.running).toBe(0)
    expect(await one.submit(() => 'let in', [])).toBe('let in')
    gate.resolve()
    await waiting
    expect(one.load.running).toBe(0)
  })

  it('is taken again ahead of the line before the task goes on', async () => {
    const one = narrow(1)
    const [woken, running] = [deferred(), deferred()]
    const log: string[] = []
    const waits = declared(async () => {
      await whileSuspended(() => woken.promise)
      log.push(`woken beside ${one.load.running - 1}`)
    })
    const waiting = waits.on(one)()
    await turns()
    const first = one.submit(() => running.promise, [])
    await turns()
    const second = one.submit(() => void log.push('second'), [])
    woken.resolve()
    await turns()
    expect(log).toEqual([])
    running.resolve()
    await Promise.all([waiting, first, second])
    expect(log).toEqual(['woken beside 0', 'second'])
  })

  it('is found again by a nested task that borrowed it and gave it up', async () => {
    const one = narrow(1)
    const gate = deferred()
    const child = declared(async () => {
      await whileSuspended(() => gate.promise)
      return 'child'
    })
    const parent = declared(() => child.on(one)())
    const result = parent.on(one)()
    await turns()
    expect(one.load.running).toBe(0)
    gate.resolve()
    expect(await result).toBe('child')
    expect(one.load).toMatchObject({ running: 0, waiting: 0 })
  })

  it('serves the calls that were made while it was given up', async () => {
    const one = narrow(1)
    const child = declared(async (n: number) => {
      await turns()
      return n
    })
    const parent = declared(async () => {
      const calls = await whileSuspended(() => [[1, 2, 3].map((n) => child.on(one)(n))])
      return await Promise.all(calls.flat())
    })
    expect(await parent.on(one)()).toEqual([1, 2, 3])
    expect(one.load).toMatchObject({ running: 0, waiting: 0 })
  })

  it('does not stay with a task that waits after a borrower brought it back', async () => {
    const one = narrow(1)
    const [childEnd, other] = [deferred(), deferred<string>()]
    const child = declared(() => childEnd.promise)
    const parent = declared(async () => {
      const detached = child.on(one)()
      await turns()
      const got = await whileSuspended(() => other.promise)
      await detached
      return got
    })
    const result = parent.on(one)()
    await turns()
    const sender = one.submit(() => other.resolve('sent'), [])
    await turns()
    childEnd.resolve()
    await sender
    expect(await result).toBe('sent')
    expect(one.load).toMatchObject({ running: 0, waiting: 0 })
  })

  it('is taken again once for waits that end shortly one after the other', async () => {
    const one = narrow(2)
    const [first, begin, second, other] = [deferred(), deferred(), deferred(), deferred()]
    const waits = declared(() =>
      Promise.all([
        whileSuspended(() => first.promise),
        begin.promise.then(() => whileSuspended(() => second.promise)),
      ]),
    )
    const call = waits.on(one)()
    await turns()
    const others = [1, 2].map(() => one.submit(() => other.promise, []))
    await turns()
    // Both slots are taken: the first wait stands in line again while the second one begins and ends.
    for (const gate of [first, begin, second, other]) {
      gate.resolve()
      await turns()
    }
    await Promise.all([call, ...others])
    await turns()
    expect(one.load).toMatchObject({ running: 0, waiting: 0 })
  })

  it('is given up on every executor under the task', async () => {
    const inner = limit(inline(), 1, { name: 'inner' })
    const outer = limit(inner, 1, { name: 'outer' })
    const gate = deferred()
    const waits = declared(() => whileSuspended(() => gate.promise))
    const waiting = waits.on(outer)()
    await turns()
    expect([outer.load.running, inner.load.running]).toEqual([0, 0])
    gate.resolve()
    await waiting
    expect([outer.load.running, inner.load.running]).toEqual([0, 0])
  })

  it('goes back once, whatever the order of its end and its borrower', async () => {
    const line = new Line(1)
    line.tryEnter()
    const slot = new Slot(line, () => line.release())
    let giveBack: (() => void) | undefined
    const child = {
      list: undefined,
      next: undefined,
      prev: undefined,
      enter: () => {},
      borrow: (back: () => void) => {
        giveBack = back
      },
    }
    line.join(child)
    slot.lendTo(child)
    await turns(3)
    slot.end()
    expect(line.running).toBe(1)
    giveBack?.()
    slot.end()
    expect(line.running).toBe(0)
  })

  it('is kept while nothing waits for it outside of a task', async () => {
    expect(await whileSuspended(() => 'as it is')).toBe('as it is')
    await expect(whileSuspended(() => Promise.reject(new Error('no')))).rejects.toThrow('no')
  })
})
