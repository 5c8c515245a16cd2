import { DuplicateTaskError, InvalidOptionError, inline, isTask } from '@conc/core'
import { ThreadExecutor } from '@conc/threads'
import { weave } from '@conc/weave'
import { describe, expect, it } from 'vitest'

// By the package's own name: these weaves run in threads too, and so what ships is what runs.

const here = new URL(import.meta.url)
const { daily } = await import(new URL('./modules/reports.mjs', import.meta.url).href)

describe('named', () => {
  it('adds a name and a task, and runs like any weave', async () => {
    const w = weave({ a: 1 })
      .do('b', ({ a }) => a + 1)
      .named('named-test/one')
    expect(w.name).toBe('named-test/one')
    expect(isTask(w.task)).toBe(true)
    expect([w.task.name, w.task.module]).toEqual(['named-test/one', here.href])
    expect((await w.run()).b).toBe(2)
  })

  it('takes the module that it is told', () => {
    const w = weave().named('named-test/module', { module: new URL('./elsewhere.mjs', here) })
    expect(w.task.module).toBe(new URL('./elsewhere.mjs', here).href)
  })

  it('refuses malformed names and options', () => {
    expect(() => weave().named('two words')).toThrow(InvalidOptionError)
    expect(() => weave().named('')).toThrow(InvalidOptionError)
    // @ts-expect-error no such option
    expect(() => weave().named('named-test/x', { modul: 'x' })).toThrow(InvalidOptionError)
    // @ts-expect-error not a path
    expect(() => weave().named('named-test/x', { module: 1 })).toThrow(
      'Expected `module` to be a URL or an absolute path, got 1.',
    )
  })

  it('refuses a name that another module has declared', () => {
    expect(() => weave().named('reports/daily')).toThrow(DuplicateTaskError)
  })

  it('is kept by with and lost by every other call', () => {
    const w = weave().input<{ a: number }>().named('named-test/kept')
    expect(w.with({ a: 1 }).name).toBe('named-test/kept')
    for (const derived of [w.do('b', () => 1), w.defaults({ priority: 1 }), w.input<object>()]) {
      expect(derived).not.toHaveProperty('name', expect.any(String))
    }
    expect(w.do('b', () => 1).named('named-test/again').name).toBe('named-test/again')
  })
})

describe('the task of a weave', () => {
  it('gives the values of all tasks and nothing else', async () => {
    const values = await daily.task({ day: 'mon' })
    expect(values).toEqual({ rows: ['mon 1', 'mon 2'], thread: 0, line: '2 rows, UTC' })
  })

  it('runs on threads', async () => {
    await using threads = new ThreadExecutor({ maxThreads: 1 })
    const { thread, line } = await daily.task.on(threads)({ day: 'mon' })
    expect(thread).not.toBe(0)
    expect(line).toBe('2 rows, UTC')
  })

  it('brings the values that with gave, wherever it is called', async () => {
    await using threads = new ThreadExecutor({ maxThreads: 1 })
    const bound = daily.with({ tz: 'CET' }).with({ day: 'tue' })
    expect((await bound.task()).line).toBe('2 rows, CET')
    expect((await bound.task.on(threads)({ tz: 'PST' })).line).toBe('2 rows, PST')
    expect((await bound.task.local.call(undefined)).rows).toEqual(['tue 1', 'tue 2'])
    expect((await daily.task({ day: 'mon' })).line).toBe('2 rows, UTC')
  })

  it('asks for the inputs by name where it is the body of a task', async () => {
    const w = weave({ day: 'wed', unused: 1 }).do('all', daily.task)
    expect(w.plan().dependencies.all).toEqual(['day'])
    await using threads = new ThreadExecutor({ maxThreads: 1 })
    const { all } = await w.run({ executor: threads })
    expect(all).toMatchObject({ rows: ['wed 1', 'wed 2'] })
    expect(() => weave().do('all', daily.task).plan()).toThrow("needs 'day'")
  })

  it('does not ask there for what with gave, and passes it on', async () => {
    await using threads = new ThreadExecutor({ maxThreads: 1 })
    const w = weave().do('all', { executor: threads }, daily.with({ day: 'thu' }).task)
    expect(w.plan().dependencies.all).toEqual([])
    expect((await w.run()).all).toMatchObject({ rows: ['thu 1', 'thu 2'] })
  })

  it('takes the items of a mapped task as its inputs', async () => {
    const days = [{ day: 'mon' }, { day: 'tue' }]
    const { all } = await weave()
      .each('all', days, daily.with({ tz: 'CET' }).task)
      .run()
    expect(all).toMatchObject([{ line: '2 rows, CET' }, { rows: ['tue 1', 'tue 2'] }])
  })

  it('asks for an input that can be left out only where there is one', async () => {
    const w = weave()
      .input<{ limit?: number }>()
      .do('n', ({ limit = 10 }) => limit)
      .named('named-test/optional')
    expect((await weave().do('all', w.task).run()).all).toEqual({ n: 10 })
    expect((await weave({ limit: 1 }).do('all', w.task).run()).all).toEqual({ n: 1 })
    expect(await w.task()).toEqual({ n: 10 })
  })

  it('fails with the error of the task that failed, and with that of a missing input', async () => {
    const w = weave()
      .do('broken', () => {
        throw new RangeError('no')
      })
      .named('named-test/broken')
    await expect(w.task()).rejects.toThrow(new RangeError('no'))
    await expect(daily.task()).rejects.toMatchObject({ code: 'CONC_WEAVE_INPUT', missing: 'day' })
  })

  it('stops when its call is cancelled', async () => {
    const control = new AbortController()
    const w = weave()
      .do('waits', { needs: [] }, (_, { signal }) => {
        const told = new Promise((resolve) => signal.addEventListener('abort', resolve))
        control.abort(new Error('enough'))
        return told
      })
      .named('named-test/cancelled')
    await using here = inline()
    await expect(here.submit(w.task, [], { signal: control.signal })).rejects.toThrow('enough')
    await here.close()
  })
})
