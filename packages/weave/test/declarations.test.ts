import { readFileSync, rmSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { compiled, project } from './support/project.js'

const template = `
import { task } from '@conc/core'
import { type ClassOptions, each, inOrder, task as options, type Use, weave } from '@conc/weave'

const length = task('text/length', (text: string, plus: number) => text.length + plus)
export const first = weave().each('squares', [1, 2], (n) => n * n)
export const base = weave().input<{ root: string; limit?: number }>().do('tree', async ({ root }) => root.split('/'))
export const mapped = base
  .each('sizes', 'tree', { workers: 2 }, (part) => part.length)
  .each('literal', new Set([1, 2]), async (n, { tree }) => n + tree.length)
  .do({ total: ({ sizes }) => sizes.length, parts: async ({ tree }) => tree })
  .do('line', { needs: ['total'], after: ['parts'] }, ({ total }) => String(total))
export const bound = mapped.with({ root: '/a', extra: true }).do('more', ({ extra, line }) => (extra ? line : 0))
export const owed = bound.defaults({ retries: 1 }).input<{ tz: string }>().do('last', ({ tz, more }) => [tz, more])
export const lengths = weave({ text: 'a' })
  .do('one', { args: ({ text }) => [text, 1] }, length)
  .each('many', ['a'], { args: (text) => [text, 1] }, length)
export const plan = bound.plan()
export const run = () => owed.run({ tz: 'utc' })
export const settle = () => lengths.settle()
export const tuple = async () => inOrder(await lengths.run())

export class Report {
  static options = { rows: { retries: 2 } } satisfies ClassOptions<Report>
  rows({ day }: { day: string }) { return [day] }
  sizes = each('rows', (row: string) => row.length)
  @options({ priority: 1 }) total({ sizes }: Use<Report, 'sizes'>) { return sizes.length }
}
export const daily = weave(Report).do('line', ({ total }) => String(total))
export const changed = daily.override('rows', ({ day }) => [day, day])
export const given = weave(Report, { day: 'mon', tz: 'utc' })
export const some = () => given.run({ only: ['rows'] })
export const sync = () => given.runSync()
`

const consumer = `
import { bound, changed, lengths, run, settle, some, sync, tuple } from './template.js'
export const last: readonly (string | number)[] = (await run()).last
export const parts: string[] = (await bound.run({})).parts
export const extended: number = (await lengths.do('sum', ({ one, many }) => one + many.length).run()).sum
export const many: number[] | undefined = (await settle()).values.many
export const [one]: readonly [number, number[]] = await tuple()
export const line: string = (await changed.run({ day: 'mon' })).final
export const total: number | undefined = (await some()).total
export const sizes: number[] = sync().sizes
// @ts-expect-error the class asks for its input
void changed.run()
// @ts-expect-error a task that is there already
lengths.do('one', () => 1)
`

describe('an exported weave', { timeout: 240_000 }, () => {
  it('compiles with declarations, and they say the same as the source', async () => {
    const root = project()
    // The declarations of the packages are checked with its own, below.
    expect(await compiled(root, { 'template.ts': template }, '--skipLibCheck')).toBe('')
    const declarations = readFileSync(path.join(root, 'dist/template.d.ts'), 'utf8')
    rmSync(path.join(root, 'template.ts'))
    const files = { 'template.d.ts': declarations, 'consumer.ts': consumer }
    expect(await compiled(root, files)).toBe('')
    // Bodies do not repeat the rows before them.
    expect(declarations).not.toContain('Env<')
  })
})
