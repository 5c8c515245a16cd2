import { InvalidOptionError } from '@conc/core'
import { describe, expect, it } from 'vitest'
import { WeaveNameError, weave } from '../src/index.js'

/** What no types would let through. */
// biome-ignore lint/suspicious/noExplicitAny: JavaScript callers
const untyped = weave as (...args: any[]) => any

describe('weave', () => {
  it('gives a new frozen weave with every call and calls no body', () => {
    const base = weave().do('a', () => expect.unreachable())
    const derived = base.do('b', () => expect.unreachable())
    expect(derived).not.toBe(base)
    expect(Object.isFrozen(derived)).toBe(true)
    expect(base.plan().order).toEqual(['a'])
    expect(derived.plan().order).toEqual(['a', 'b'])
  })

  it('is a template: two weaves derived from one share it and do not mix', async () => {
    const base = weave({ n: 1 }).do('a', ({ n }) => n + 1)
    const [one, other] = await Promise.all([
      base.do('b', ({ a }) => a * 10).run(),
      base
        .with({ n: 5 })
        .do('b', ({ a }) => a * 100)
        .run(),
    ])
    expect(one.final).toBe(20)
    expect(other.final).toBe(600)
  })

  it('is not thenable', async () => {
    const w = weave().do('a', () => 1)
    expect(await w).toBe(w)
  })

  it('copies the inputs shallowly and awaits nothing in them', async () => {
    const promise = Promise.resolve(1)
    const inputs = { promise, n: 1 }
    const w = weave(inputs).do('a', ({ promise, n }) => [promise, n])
    inputs.n = 2
    expect((await w.run()).a).toEqual([promise, 1])
  })

  it('copies the options of a task', async () => {
    const options = { needs: ['x'] as ['x'] }
    const w = weave({ x: 1 }).do('a', options, (deps) => Object.keys(deps))
    options.needs.pop()
    expect((await w.run()).a).toEqual(['x'])
  })

  it.each(['final', 'timings', 'plan', 'then', 'constructor', '__proto__', ''])(
    'refuses the name %j in the call itself',
    (name) => {
      expect(() => untyped().do(name, () => 1)).toThrow(WeaveNameError)
      expect(() => untyped().each(name, [], () => 1)).toThrow(WeaveNameError)
    },
  )

  it('refuses reserved names of inputs', () => {
    expect(() => untyped({ final: 1 })).toThrow(/'final' cannot be the name.*reserved/)
    expect(() => untyped().with({ plan: 1 })).toThrow(WeaveNameError)
  })

  it.each([
    ['retries', -1],
    ['retries', { times: 1, delayMs: -1 }],
    ['timeoutMs', 0],
    ['priority', Number.NaN],
    ['executor', 5],
    ['needs', 'a'],
    ['after', [1]],
    ['args', 1],
    ['headers', { a: 1 }],
    ['tags', [1]],
    ['idempotencyKey', ''],
    ['retires', 1],
    ['workers', 2],
    ['perMinute', 2],
  ])('refuses { %s: %j } on do', (option, value) => {
    expect(() => untyped().do('a', { [option]: value }, () => 1)).toThrow(InvalidOptionError)
  })

  it('refuses a constant key and wrong workers on each', () => {
    expect(() => untyped().each('a', [], { idempotencyKey: 'k' }, () => 1)).toThrow(
      'Expected `idempotencyKey` to be a function (item, deps)',
    )
    expect(() => untyped().each('a', [], { workers: 0 }, () => 1)).toThrow(InvalidOptionError)
    expect(() => untyped().each('a', [], { perMinute: 0 }, () => 1)).toThrow(InvalidOptionError)
    expect(() => untyped().defaults({ perMinute: 1, limitPerMinute: 1 })).toThrow(
      'Expected `limitPerMinute` to be left out beside `perMinute`',
    )
  })

  it.each([undefined, 1, Promise.resolve()])('refuses %s as a body', (body) => {
    expect(() => untyped().do('a', body)).toThrow(InvalidOptionError)
    expect(() => untyped().do({ a: body })).toThrow(InvalidOptionError)
  })

  it.each([5, null, undefined, {}, ''])('refuses %s as a source', (over) => {
    expect(() => untyped().each('a', over, () => 1)).toThrow(InvalidOptionError)
  })

  it.each([
    ['signal', {}],
    ['timeoutMs', -1],
    ['concurrency', 0],
    ['executors', { a: 1 }],
    ['onEvent', 1],
    ['strict', 1],
    ['concurency', 1],
    ['given', 1],
    ['given', { nobody: 1 }],
    ['only', 'a'],
    ['only', ['nobody']],
    ['onError', 'go-on'],
    ['drain', 1],
    ['maxPending', 0],
  ])('throws at once for run({ %s: %j })', (option, value) => {
    expect(() => untyped().run({ [option]: value })).toThrow(InvalidOptionError)
    expect(() => untyped().settle({ [option]: value })).toThrow(InvalidOptionError)
  })

  it('refuses inputs for a weave that asks for none, as its options would be lost', () => {
    const weave = untyped().do('a', () => 1)
    const run = () => weave.run({}, { timeoutMs: 5 })
    expect(run).toThrow(/Expected `inputs` to be left out, as this weave asks for none/)
  })

  it('refuses wrong defaults and plan options', () => {
    expect(() => untyped().defaults({ retries: -1 })).toThrow(InvalidOptionError)
    expect(() => untyped().defaults({ needs: [] })).toThrow(InvalidOptionError)
    expect(() => untyped().plan({ only: ['nobody'] })).toThrow(InvalidOptionError)
    expect(() => untyped().plan({ olny: [] })).toThrow(InvalidOptionError)
  })
})

describe('input', () => {
  const template = weave()
    .input<{ limit?: number; start: number }>()
    .do('list', ({ start, limit = 2 }) => Array.from({ length: limit }, (_, i) => start + i))

  it('makes the first argument of run the inputs', async () => {
    expect((await template.run({ start: 1 }, { concurrency: 1 })).list).toEqual([1, 2])
    expect((await template.run({ start: 1, limit: 3 })).list).toEqual([1, 2, 3])
    expect(template.plan().inputs).toEqual(['start', 'limit'])
  })

  it('rejects a run without one that a task cannot do without', async () => {
    // @ts-expect-error the input is missing
    const run = template.run({})
    await expect(run).rejects.toMatchObject({
      name: 'MissingInputError',
      code: 'CONC_WEAVE_INPUT',
      task: 'list',
      missing: 'start',
      message: "Task 'list' needs the input 'start', which this run was not given.",
    })
  })

  it('is satisfied by with, which the run may still override', async () => {
    const bound = template.with({ start: 10 })
    expect((await bound.run()).list).toEqual([10, 11])
    expect((await bound.run({ limit: 1 })).list).toEqual([10])
  })

  it('never replaces a task', async () => {
    const run = untyped()
      .input()
      .do('a', () => 1)
      .run({ a: 2 })
    await expect(run).rejects.toThrow("'a' cannot be the name of a task or input: it is a task")
    const bound = untyped()
      .do('a', () => 1)
      .with({ a: 2 })
    expect(() => bound.plan()).toThrow('an input and a task')
  })

  it('shows the inputs in the result and in the context', async () => {
    const r = await weave({ a: 1 })
      .do('seen', (_deps, { inputs }) => inputs)
      .run()
    expect(r.a).toBe(1)
    expect({ ...r.seen }).toEqual({ a: 1 })
  })
})

describe('defaults', () => {
  it('hold for tasks that do not say otherwise, wherever they stand, the later over the earlier', async () => {
    const calls = { a: 0, b: 0 }
    const failing = (name: 'a' | 'b') => () => {
      calls[name]++
      throw new Error(name)
    }
    const w = weave().do('a', failing('a')).defaults({ retries: 5 }).defaults({ retries: 2 })
    await w.settle()
    await weave().defaults({ retries: 2 }).do('b', { retries: 0 }, failing('b')).settle()
    expect(calls).toEqual({ a: 3, b: 1 })
  })
})
