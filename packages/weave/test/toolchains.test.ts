import { spawnSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { buildSync } from 'esbuild'
import { beforeAll, describe, expect, it } from 'vitest'
import { project } from './support/project.js'
import { page, report } from './support/toolchain-program.js'
import { type Transform, toolchains } from './support/toolchains.js'

const { tscTo, esbuildTo, swcTo, babelTo, terser, istanbul } = toolchains('module')
const source = readFileSync(new URL('support/toolchain-program.ts', import.meta.url), 'utf8')

/** Removes types only, for the tools that read JavaScript. */
const plain = esbuildTo('esnext')
const inTurn =
  (...steps: readonly Transform[]): Transform =>
  async (code) => {
    let made = code
    for (const step of steps) made = await step(made)
    return made
  }

interface Outcome {
  readonly fingerprint: string
  readonly opaque: readonly string[]
  readonly values: readonly unknown[]
}

/** What the program says of itself and gives, in a process of its own. */
async function outcomeAfter(transform: Transform): Promise<Outcome> {
  const root = project()
  writeFileSync(path.join(root, 'program.js'), await transform(source))
  return outcomeOf(root)
}

function outcomeOf(root: string): Outcome {
  writeFileSync(
    path.join(root, 'main.js'),
    `import * as program from './program.js'
    const weaves = Object.values(program)
    const plans = weaves.map((one) => one.plan())
    const fingerprint = plans.map((plan) => plan.fingerprint).join()
    const values = await Promise.all(weaves.map((one) => one.run()))
    console.log(JSON.stringify({ fingerprint, opaque: plans.flatMap(({ opaque }) => opaque), values }))`,
  )
  const { stdout, stderr } = spawnSync(process.execPath, ['main.js'], {
    cwd: root,
    encoding: 'utf8',
  })
  if (stdout === '') throw new Error(stderr)
  return JSON.parse(stdout)
}

describe('a program', { timeout: 120_000 }, () => {
  let truth: Outcome

  // The test runner has transformed what is imported here.
  beforeAll(async () => {
    const fingerprint = [page, report].map((one) => one.plan({ strict: true }).fingerprint).join()
    const values = JSON.parse(JSON.stringify([await page.run(), await report.run()]))
    truth = { fingerprint, opaque: [], values }
  })

  describe('has the same plan and gives the same after', () => {
    it.each<[string, Transform]>([
      ['removing its types', plain],
      ['tsc to ES2022', tscTo('es2022')],
      ['tsc to ESNext', tscTo('esnext')],
      ['esbuild to ES2022', esbuildTo('es2022')],
      ['esbuild, minified', esbuildTo('esnext', true)],
      ['swc to ES2022', swcTo('es2022')],
      ['swc, minified', swcTo('es2022', true)],
      ['terser over tsc', inTurn(tscTo('es2022'), terser({ toplevel: true }))],
      ['terser over esbuild, keeping no names', inTurn(plain, terser({ keep_fnames: false }))],
      ['Babel for this Node', inTurn(plain, babelTo({ node: 'current' }))],
      ['istanbul over tsc', inTurn(tscTo('es2022'), istanbul)],
      [
        'istanbul over Babel, then terser',
        inTurn(plain, babelTo({ node: 'current' }), istanbul, terser({})),
      ],
    ])('%s', async (_tools, transform) => {
      expect(await outcomeAfter(transform)).toEqual(truth)
    })

    it('esbuild made one minified file of it and these packages', async () => {
      const root = project()
      writeFileSync(path.join(root, 'source.ts'), source)
      buildSync({
        entryPoints: [path.join(root, 'source.ts')],
        outfile: path.join(root, 'program.js'),
        bundle: true,
        minify: true,
        platform: 'node',
        format: 'esm',
        logLevel: 'silent',
      })
      expect(readFileSync(path.join(root, 'program.js'), 'utf8')).not.toContain('@conc/weave')
      expect(outcomeOf(root)).toEqual(truth)
    })
  })

  it('that was lowered gives the same; what could not be read is opaque, which the fingerprint tells', async () => {
    const [functions = ''] = source.split('class Report')
    const readable = functions.replace(".do('tax', tax)", ".do('tax', { needs: ['priced'] }, tax)")
    for (const transform of [
      tscTo('es2015'),
      esbuildTo('es2016'),
      inTurn(plain, babelTo({ chrome: '51' })),
    ]) {
      const outcome = await outcomeAfter(inTurn(() => readable, transform))
      expect(outcome.values).toEqual(truth.values.slice(0, 1))
      expect(outcome.opaque).not.toEqual([])
      expect(truth.fingerprint).not.toContain(outcome.fingerprint)
    }
  })

  it.each([
    ['declared task', 'tax', (code: string) => code.split('class Report')[0] as string],
    ['method', 'total', (code: string) => code.replace(".do('tax', tax)", ".do('tax', () => 1)")],
  ])('whose %s was lowered is refused', async (_what, task, part) => {
    const lowered = outcomeAfter(inTurn(part, plain, babelTo({ chrome: '51' })))
    await expect(lowered).rejects.toThrow(`OpaqueTaskError: Task '${task}'`)
  })
})

describe('property names that were mangled', { timeout: 120_000 }, () => {
  const mangled = (cache: Readonly<Record<string, string>>): Transform =>
    inTurn(
      plain,
      terser({
        mangle: { properties: { regex: /^(author|priced)$/, keep_quoted: true } },
        nameCache: { props: { props: cache } },
      }),
    )

  it('are names that nobody defines', async () => {
    const shortened = { $author: 'x1', $priced: 'x2' }
    await expect(outcomeAfter(mangled(shortened))).rejects.toThrow(
      /UnresolvedDependencyError: Task '\w+' needs '?x[12]/,
    )
  })

  it('go unseen where one is the name of another task, but for the fingerprint', async () => {
    const weaving = `import { weave } from '@conc/weave'
      export const page = weave()
        .do('author', () => 1).do('books', () => 2).do('page', ({ author }) => author)`
    const swap = terser({
      mangle: { properties: { regex: /^author$/, keep_quoted: true } },
      nameCache: { props: { props: { $author: 'books' } } },
    })
    const before = await outcomeAfter(() => weaving)
    const outcome = await outcomeAfter(() => swap(weaving))
    expect(outcome.opaque).toEqual([])
    expect(outcome.fingerprint).not.toBe(before.fingerprint)
  })
})

describe('property names that were mangled where needs says them', { timeout: 120_000 }, () => {
  const weaving = (read: string) => `import { weave } from '@conc/weave'
    export const page = weave()
      .do('author', () => 1).do('page', { needs: ['author'] }, ${read})`
  const mangle = terser({
    mangle: { properties: { regex: /^author$/, keep_quoted: true } },
    nameCache: { props: { props: { $author: 'x1' } } },
  })

  it.each([
    ['({ author }) => String(author)', 'undefined'],
    ["({ 'author': author }) => String(author)", '1'],
    ["(deps) => String(deps['author'])", '1'],
  ])('leave the plan as it is; %s reads %s', async (read, value) => {
    const before = await outcomeAfter(() => weaving(read))
    const outcome = await outcomeAfter(() => mangle(weaving(read)))
    expect(outcome.fingerprint).toBe(before.fingerprint)
    expect(outcome.values).toMatchObject([{ page: value }])
  })
})

describe('a key that nobody reads', { timeout: 120_000 }, () => {
  const weaving = (order: string) => `import { weave } from '@conc/weave'
    export const page = weave()
      .do('saved', () => 1).do('books', () => 2)
      .do('page', ${order}({ books${order === '' ? ', saved' : ''} }) => books)`
  const dropping = terser({ compress: { pure_getters: true, keep_fargs: false, passes: 3 } })

  it('may be dropped, and an edge with it, which the fingerprint tells', async () => {
    const before = await outcomeAfter(() => weaving(''))
    const outcome = await outcomeAfter(() => dropping(weaving('')))
    expect(outcome.fingerprint).not.toBe(before.fingerprint)
  })

  it('is kept where it stands in after', async () => {
    const explicit = weaving("{ after: ['saved'] }, ")
    const before = await outcomeAfter(() => explicit)
    expect(await outcomeAfter(() => dropping(explicit))).toEqual(before)
  })
})
