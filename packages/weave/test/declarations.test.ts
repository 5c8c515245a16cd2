import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'

const require = createRequire(import.meta.url)
const tsc = path.join(path.dirname(require.resolve('typescript/package.json')), 'bin/tsc')
const installed = {
  '@conc/weave': path.dirname(require.resolve('@conc/weave/package.json')),
  '@conc/core': path.dirname(require.resolve('@conc/core/package.json')),
  '@types/node': path.dirname(require.resolve('@types/node/package.json')),
}
const compilerOptions = {
  strict: true,
  exactOptionalPropertyTypes: true,
  noUncheckedIndexedAccess: true,
  declaration: true,
  target: 'es2023',
  module: 'nodenext',
  types: ['node'],
  outDir: 'dist',
}

const template = `
import { task } from '@conc/core'
import { inOrder, weave } from '@conc/weave'

const length = task('text/length', (text: string, plus: number) => text.length + plus)
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
`

const consumer = `
import { bound, lengths, run, settle, tuple } from './template.js'
export const last: readonly (string | number)[] = (await run()).last
export const parts: string[] = (await bound.run({})).parts
export const extended: number = (await lengths.do('sum', ({ one, many }) => one + many.length).run()).sum
export const many: number[] | undefined = (await settle()).values.many
export const [one]: readonly [number, number[]] = await tuple()
// @ts-expect-error a task that is there already
lengths.do('one', () => 1)
`

/** Compiles the files as a project of somebody who installed the packages. @returns what the compiler says. */
function compiled(root: string, files: Readonly<Record<string, string>>): string {
  for (const [name, text] of Object.entries(files)) writeFileSync(path.join(root, name), text)
  const config = { compilerOptions, files: Object.keys(files) }
  writeFileSync(path.join(root, 'tsconfig.json'), JSON.stringify(config))
  return spawnSync(process.execPath, [tsc, '-p', root], { encoding: 'utf8' }).stdout
}

function project(): string {
  const root = mkdtempSync(path.join(tmpdir(), 'weave-declarations-'))
  onTestFinished(() => rmSync(root, { recursive: true }))
  writeFileSync(path.join(root, 'package.json'), '{ "type": "module" }')
  for (const [name, target] of Object.entries(installed)) {
    const link = path.join(root, 'node_modules', name)
    mkdirSync(path.dirname(link), { recursive: true })
    symlinkSync(target, link, 'junction')
  }
  return root
}

describe('an exported weave', { timeout: 60_000 }, () => {
  it('compiles with declarations, and they say the same as the source', () => {
    const root = project()
    expect(compiled(root, { 'template.ts': template })).toBe('')
    const declarations = readFileSync(path.join(root, 'dist/template.d.ts'), 'utf8')
    rmSync(path.join(root, 'template.ts'))
    const files = { 'template.d.ts': declarations, 'consumer.ts': consumer }
    expect(compiled(root, files)).toBe('')
    // Bodies do not repeat the rows before them.
    expect(declarations).not.toContain('Env<')
  })
})
