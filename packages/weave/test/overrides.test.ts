import { inline, task } from '@conc/core'
import { describe, expect, it } from 'vitest'
import { OpaqueTaskError, WeaveNameError, WeavePlanError, weave } from '../src/index.js'

/** What no types would let through. */
// biome-ignore lint/suspicious/noExplicitAny: JavaScript callers
const untyped = weave as (...args: any[]) => any

const report = weave()
  .input<{ userId: number }>()
  .do('user', { retries: 2 }, ({ userId }) => ({ id: userId, name: 'Standard' }))
  .do('summary', ({ user }) => `Report for ${user.name}`)

describe('override', () => {
  it('replaces a body where the task stands, in a weave of its own', async () => {
    const admin = report.override('user', ({ userId }) => ({ id: userId, name: 'Admin' }))
    expect((await admin.run({ userId: 1 })).final).toBe('Report for Admin')
    expect((await report.run({ userId: 1 })).final).toBe('Report for Standard')
    expect(admin.plan().order).toEqual(['user', 'summary'])
  })

  it('sees every input, also those that came later', async () => {
    const w = report
      .override('user', { needs: ['userId', 'isAdmin' as never] }, (deps) => ({
        id: deps.userId,
        name: String(Reflect.get(deps, 'isAdmin')),
      }))
      .with({ isAdmin: true })
    expect((await w.run({ userId: 1 })).summary).toBe('Report for true')
  })

  it('keeps options that it does not give, but for `needs` and `args`', async () => {
    let calls = 0
    const r = await report
      .override('user', { timeoutMs: 1000 }, ({ userId }) => {
        if (++calls < 3) throw new Error('again')
        return { id: userId, name: 'third' }
      })
      .run({ userId: 1 })
    expect(r.timings.user.attempts).toBe(3)
    const keys = await weave({ a: 1, b: 2 })
      .do('c', { needs: ['a'] }, (deps) => Object.keys(deps))
      .do('d', { args: ({ a }) => [a] }, (a) => [String(a)])
      .override('c', ({ b }) => [String(b)])
      .override('d', ({ b }) => [`d${b}`])
      .run()
    expect([keys.c, keys.d]).toEqual([['2'], ['d2']])
  })

  it('makes a mapped task plain, without its workers and keys', async () => {
    const seen: unknown[] = []
    const spy = inline()
    const submit = spy.submit.bind(spy)
    Object.assign(spy, {
      submit: (work: never, args: never, options: { idempotencyKey?: string }) => {
        seen.push(options.idempotencyKey)
        return submit(work, args, options)
      },
    })
    const w = weave()
      .each('list', [1, 2], { workers: 1, idempotencyKey: (n) => `k${n}` }, (n) => n * 2)
      .override('list', { executor: spy }, () => [7])
    expect((await w.run()).list).toEqual([7])
    expect(seen).toEqual([undefined])
    expect(w.plan().tasks.list.kind).toBe('task')
  })

  it('replaces members of a group, and the override of an override', async () => {
    const w = weave()
      .do({ a: () => 1, b: () => 2 })
      .override('b', () => 3)
      .override('b', () => 4)
    expect([...(await w.run())]).toEqual([1, 4])
  })

  it('takes a declared task', async () => {
    const double = task('overrides/double', ({ n }: { n: number }) => n * 2)
    const r = await weave({ n: 4 })
      .do('a', ({ n }) => n)
      .override('a', double)
      .run()
    expect(r.a).toBe(8)
  })

  it('cannot see what comes later, so it makes no cycle', () => {
    const w = untyped({ x: 1 })
      .do('a', () => 1)
      .do('b', ({ a }: { a: number }) => a)
      .override('a', ({ b }: { b: number }) => b)
    expect(() => w.plan()).toThrow("Task 'a' needs 'b', which nothing before it defines")
  })

  it('refuses a name that nothing before it defines', async () => {
    const missing = untyped()
      .do('author', () => 1)
      .override('autor', () => 2)
    expect(() => missing.plan()).toThrow(WeaveNameError)
    expect(() => missing.plan()).toThrow(
      "There is no task 'autor' to override. Did you mean 'author'?",
    )
    const early = untyped()
      .override('a', () => 2)
      .do('a', () => 1)
    await expect(early.run()).rejects.toThrow("There is no task 'a' to override.")
  })

  it('points to itself where a name is used twice', () => {
    const twice = untyped()
      .do('author', () => 1)
      .do('b', () => 1)
      .do('author', () => 2)
    expect(() => twice.plan()).toThrow(
      "Task 'author' is defined twice (1st and 3rd). Use .override to replace it.",
    )
  })
})

describe('overrideEach', () => {
  it('keeps the source and its options', async () => {
    let most = 0
    let running = 0
    const r = await weave()
      .do('numbers', () => [1, 2, 3])
      .each('doubled', 'numbers', { workers: 1 }, (n) => n * 2)
      .overrideEach('doubled', async (n) => {
        most = Math.max(most, ++running)
        await null
        running--
        return n * 3
      })
      .run()
    expect(r.doubled).toEqual([3, 6, 9])
    expect(most).toBe(1)
  })

  it('refuses a task that is not mapped', () => {
    const w = untyped()
      .do('a', () => 1)
      .overrideEach('a', () => 2)
    expect(() => w.plan()).toThrow(WeavePlanError)
    expect(() => w.plan()).toThrow("Task 'a' is not mapped")
  })
})

describe('a weave whose override is opaque', () => {
  it('is refused by `strict`', () => {
    const w = weave()
      .do('a', () => 1)
      .override('a', (deps) => Object.keys(deps).length)
    expect(w.plan().opaque).toEqual(['a'])
    expect(() => w.plan({ strict: true })).toThrow(OpaqueTaskError)
  })
})
