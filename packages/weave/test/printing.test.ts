import { inspect } from 'node:util'
import { describe, expect, it } from 'vitest'
import { weave } from '../src/index.js'

const report = weave({ id: 1 })
  .do('author', ({ id }) => ({ id, name: 'Ada' }))
  .do('title', ({ author }) => author.name)

const failing = report
  .each('checked', [1, 2], (n) => {
    if (n === 2) throw new RangeError('no 2')
    return n
  })
  .do('end', ({ checked }) => checked)

describe('a result', () => {
  it('prints and stringifies as its inputs and values', async () => {
    const r = await report.run()
    const values = { id: 1, author: { id: 1, name: 'Ada' }, title: 'Ada' }
    expect(inspect(r)).toBe(`WeaveResult ${inspect(values)}`)
    expect(JSON.parse(JSON.stringify(r))).toEqual(values)
  })
})

describe('a settled result', () => {
  it('prints its outcomes', async () => {
    expect(
      inspect(
        await weave()
          .do('a', () => 1)
          .settle(),
      ),
    ).toBe("SettledResult { ok: true, tasks: { a: { status: 'fulfilled', value: 1 } } }")
    const text = inspect(await failing.settle())
    expect(text).toMatch(/^SettledResult {\n {2}ok: false,\n {2}error: RangeError: no 2\n/)
    expect(text).toContain("failed: [ 'checked' ]")
    expect(text).toContain("end: { status: 'skipped', because: 'checked' }")
    expect(inspect({ one: { settled: await failing.settle() } }, { depth: 1 })).toContain(
      'settled: [SettledResult]',
    )
  })

  it('stringifies with errors by name and message, and partial items by position', async () => {
    const { tasks, ...json } = JSON.parse(JSON.stringify(await failing.settle()))
    const error = { name: 'RangeError', message: 'no 2' }
    expect(json).toEqual({ ok: false, error, failed: ['checked'], cancelled: [] })
    expect(tasks.author).toEqual({ status: 'fulfilled', value: { id: 1, name: 'Ada' } })
    expect(tasks.checked).toEqual({
      status: 'rejected',
      reason: error,
      attempts: 1,
      partial: { 0: 1 },
    })
    const coded = weave().do('a', () =>
      Promise.reject(Object.assign(new Error('x'), { code: 'E' })),
    )
    expect(JSON.parse(JSON.stringify(await coded.settle())).error.code).toBe('E')
  })
})

describe('a plan', () => {
  it('prints as its text', () => {
    expect(inspect(report.plan())).toBe(
      'Plan (tasks: 2, inputs: id)\n  1  author  needs id\n  2  title   needs author',
    )
    expect(inspect(weave().plan())).toBe('Plan (tasks: 0)')
    expect(inspect([[report.plan()]], { depth: 0 })).toBe('[ [Array] ]')
    expect(inspect([report.plan()], { depth: 0 })).toBe('[ [Plan] ]')
  })

  it('prints no more lines than lists have items', () => {
    const text = inspect(report.plan(), { maxArrayLength: 1 })
    expect(text).toBe('Plan (tasks: 2, inputs: id)\n  1  author  needs id\n  … and 1 more')
    expect(inspect(report.plan(), { maxArrayLength: null })).toContain('title')
  })
})
