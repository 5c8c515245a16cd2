import { UnsupportedWorkError } from '@conc/core'
import { describe, expect, it } from 'vitest'
import { MissingInputError, weave } from '../src/index.js'
import { deferred } from './support/deferred.js'
import { declaredOnly } from './support/executors.js'

/** A diamond with a tail, which logs what runs. */
function diamond() {
  const ran: string[] = []
  const log = <T>(name: string, value: T): T => {
    ran.push(name)
    return value
  }
  const w = weave({ n: 1 })
    .do('top', ({ n }) => log('top', n))
    .do('left', ({ top }) => log('left', top + 1))
    .do('right', ({ top }) => log('right', top * 10))
    .do('bottom', { after: ['right'] }, ({ left }) => log('bottom', left))
  return { w, ran }
}

describe('only', () => {
  it('runs these tasks and what they need', async () => {
    const { w, ran } = diamond()
    const r = await w.run({ only: ['left'] })
    expect(ran).toEqual(['top', 'left'])
    expect({ ...r }).toEqual({ n: 1, top: 1, left: 2 })
    expect([...(r as unknown as Iterable<number>)]).toEqual([1, 2])
    expect(Object.keys(r.timings)).toEqual(['top', 'left'])
    expect(r.plan.order).toEqual(['top', 'left'])
    expect(r.plan.dependents.top).toEqual(['left'])
  })

  it('counts order-only dependencies as needed', async () => {
    const { w, ran } = diamond()
    await w.run({ only: ['bottom'] })
    expect([...ran].sort()).toEqual(['bottom', 'left', 'right', 'top'])
  })

  it('leaves the others skipped, without a reason, in a result that is ok', async () => {
    const { w } = diamond()
    const s = await w.settle({ only: ['top'] })
    expect(s.ok).toBe(true)
    expect(s.tasks.left).toEqual({ status: 'skipped' })
    expect(s.values).toEqual({ top: 1 })
  })

  it('asks only for the inputs, executors and names that are needed', async () => {
    const w = weave()
      .input<{ a: number; b: number; list: number[] }>()
      .do('x', ({ a }) => a)
      .do('y', { executor: 'nowhere' }, ({ b }) => b)
      .each('z', 'list', (n) => n)
      .do('free', ({ a = 7 }) => a)
    expect((await w.run({ a: 1 } as never, { only: ['x'] })).x).toBe(1)
    expect((await w.run({} as never, { only: ['free'] })).free).toBe(7)
    await expect(w.run({ a: 1 } as never, { only: ['z'] })).rejects.toThrow(MissingInputError)
    expect(w.plan({ only: ['x'], executors: {} }).order).toEqual(['x'])
  })

  it('runs nothing for an empty list', async () => {
    const { w, ran } = diamond()
    await w.run({ only: [] })
    expect(ran).toEqual([])
  })

  it('includes all that an opaque task receives', async () => {
    const w = weave()
      .do('a', () => 1)
      .do('b', (deps) => Object.keys(deps).length)
      .do('c', (deps) => Object.keys(deps))
      .do('d', () => 1)
    const r = await w.run({ only: ['c'], given: { b: 5 } })
    expect(r.c).toEqual(['a', 'b'])
    expect('d' in r).toBe(false)
  })

  it('starts nothing twice when something else counts down what was left out', async () => {
    const { w, ran } = diamond()
    await w.run({ only: ['left', 'right'] })
    expect(ran.filter((name) => name === 'bottom')).toEqual([])
  })
})

describe('given', () => {
  it('takes values instead of running tasks, at once', async () => {
    const { w, ran } = diamond()
    const r = await w.run({ given: { left: 100 } })
    expect(r.bottom).toBe(100)
    expect([...ran].sort()).toEqual(['bottom', 'right', 'top'])
    expect(Object.keys(r.timings)).toEqual(['top', 'right', 'bottom'])
  })

  it('does not make what depends on a given task wait for what that needs', async () => {
    const gate = deferred<number>()
    const started: string[] = []
    const run = weave()
      .do('slow', () => gate.promise)
      .do('mid', ({ slow }) => slow)
      .do('last', ({ mid }) => started.push(`last ${mid}`))
      .run({ given: { mid: 3 } })
    await Promise.resolve().then(() => {})
    expect(started).toEqual(['last 3'])
    gate.resolve(1)
    expect((await run).slow).toBe(1)
  })

  it('resumes what a settled run has finished', async () => {
    let fails = true
    const calls: string[] = []
    const w = weave()
      .do('a', () => calls.push('a'))
      .do('b', ({ a }) => {
        calls.push('b')
        if (fails) throw new Error('b')
        return a
      })
    const s = await w.settle()
    expect(s.ok).toBe(false)
    fails = false
    expect((await w.run({ given: s.values })).b).toBe(1)
    expect(calls).toEqual(['a', 'b', 'b'])
  })

  it('with `only` runs nothing that only a given task needs', async () => {
    const { w, ran } = diamond()
    const r = await w.run({ only: ['bottom'], given: { left: 1, right: 2 } })
    expect(ran).toEqual(['bottom'])
    expect({ ...r }).toEqual({ n: 1, left: 1, right: 2, bottom: 1 })
  })

  it('takes the place of a task that could not run', async () => {
    const w = weave()
      .do('a', { executor: declaredOnly('remote') }, () => 1)
      .do('b', ({ a }) => a + 1)
    await expect(w.run()).rejects.toThrow(UnsupportedWorkError)
    expect((await w.run({ given: { a: 1 } })).b).toBe(2)
  })

  it('lets a given opaque task keep the others waiting that rely on it', async () => {
    const gate = deferred<number>()
    const seen: unknown[] = []
    const run = weave()
      .do('slow', () => gate.promise)
      .do('one', (deps) => Object.keys(deps).length)
      .do('two', (deps) => seen.push({ ...deps }))
      .run({ given: { one: 9 } })
    await Promise.resolve().then(() => {})
    expect(seen).toEqual([])
    gate.resolve(1)
    await run
    expect(seen).toEqual([{ slow: 1, one: 9 }])
  })

  it('may be everything', async () => {
    const { w, ran } = diamond()
    const r = await w.run({ given: { top: 1, left: 2, right: 3, bottom: 4 } })
    expect(r.final).toBe(4)
    expect(ran).toEqual([])
  })
})
