import { describe, expect, it } from 'vitest'
import { type Executor, inline, limit, task } from '../../../src/index.js'
import { deferred } from '../../../src/internal/deferred.js'
import { Line } from '../../../src/internal/line/line.js'
import { Slot } from '../../../src/internal/line/slot.js'
import { whileSuspended } from '../../../src/internal/running/frame.js'

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

  it('is kept while its task waits for something else, and the wait passes its outcome on', async () => {
    const one = narrow(1)
    const gate = deferred<string>()
    const waits = declared(() => whileSuspended(() => gate.promise))
    const waiting = waits.on(one)()
    await turns()
    expect(one.load.running).toBe(1)
    gate.resolve('woken')
    expect(await waiting).toBe('woken')
    await expect(whileSuspended(() => Promise.reject(new Error('no')))).rejects.toThrow('no')
  })
})
