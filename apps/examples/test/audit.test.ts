import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { stripVTControlCharacters } from 'node:util'
import { describe, expect, it } from 'vitest'
import { elsewhere, executors } from '../src/audit/executors.js'
import { audit } from '../src/audit/run-audit.js'
import { link, makeHuge, makePipe, makeTree } from './file-tree.js'
import { outcomeOf, runProgram, startProgram } from './program.js'

const names = Object.keys(executors) as (keyof typeof executors)[]

/** A little of everything: versions, licences, duplicates, a circle, and things that cannot be read. */
async function project(): Promise<string> {
  const root = await makeTree({
    'node_modules/a/package.json': { name: 'a', version: '1.0.0', license: 'MIT' },
    'node_modules/a/index.js': 'the same text',
    'node_modules/a/node_modules/b/package.json': { name: 'b', version: '2.0.0', license: 'ISC' },
    'node_modules/a/node_modules/b/index.js': 'the same text',
    'node_modules/b/package.json': { name: 'b', version: '1.0.0', licenses: [{ type: 'MIT' }] },
    'node_modules/@s/c/package.json': '{ broken',
    'node_modules/@s/c/dangling.js': link('nowhere'),
    'node_modules/own': link('../packages/own'),
    'node_modules/up': link('..'),
    'packages/own/package.json': { name: 'own' },
  })
  makePipe(join(root, 'node_modules/b/pipe'))
  return root
}

// Every test starts programs, which may have to share the machine with other tests.
describe('audit', { timeout: 30_000 }, () => {
  it('prints one JSON document with --json, and nothing else', async () => {
    const root = await project()
    const { code, stdout, stderr } = await runProgram(root, '--json')
    expect([code, stderr]).toEqual([0, ''])
    const { report, plan, timings, ...run } = JSON.parse(stdout)
    expect(run).toEqual({
      version: 1,
      executor: 'inline',
      concurrency: 8,
      ms: expect.any(Number),
    })
    expect(report).toEqual({
      root,
      totals: {
        packages: 4,
        files: 6,
        bytes: expect.any(Number),
        sha256: expect.stringMatching(/^[0-9a-f]{64}$/),
      },
      licences: [
        { licence: 'MIT', packages: 2 },
        { licence: 'ISC', packages: 1 },
      ],
      withoutLicence: [{ name: '@s/c' }],
      severalVersions: [{ name: 'b', versions: ['1.0.0', '2.0.0'] }],
      largest: expect.any(Array),
      duplicates: { files: 1, bytes: 13, wastedBytes: 13 },
      unreadable: [
        { path: 'node_modules/@s/c/dangling.js', reason: 'ENOENT' },
        { path: 'node_modules/@s/c/package.json', reason: 'not valid JSON' },
        { path: 'node_modules/b/pipe', reason: 'not a regular file' },
      ],
      workspace: ['packages/own'],
      cycles: [{ link: 'node_modules/up', target: '.' }],
    })
    expect(plan.tasks.map(({ name }: { name: string }) => name)).toContain('contents')
    expect(timings.contents).toMatchObject({ attempts: 1, items: { count: 4 } })
  })

  it.each(names)('finds on %s what it finds inline', async (on) => {
    const root = await project()
    const [there, here] = await Promise.all([
      runProgram(root, '--json', '--on', on, '--concurrency', '2'),
      runProgram(root, '--json', '--on', 'inline'),
    ])
    expect(JSON.parse(there.stdout)).toMatchObject({ executor: on, concurrency: 2 })
    expect(JSON.parse(there.stdout).report).toEqual(JSON.parse(here.stdout).report)
  })

  it('is a weave that others can plan and extend', () => {
    const { order, dependencies } = audit.do('packages', ({ tree }) => tree.folders.length).plan()
    expect(order.slice(-2)).toEqual(['report', 'packages'])
    expect(dependencies.packages).toEqual(['tree'])
  })

  it('prints a report without colours, progress and cuts in a pipe', async () => {
    const root = await project()
    const { code, stdout, stderr } = await runProgram(root)
    expect([code, stderr]).toEqual([0, ''])
    for (const title of ['Licences', 'Largest packages', 'Unreadable', 'Plan', 'Timing']) {
      expect(stdout).toContain(`\n${title}\n`)
    }
    expect(stripVTControlCharacters(stdout)).toBe(stdout)
    expect(stdout).not.toContain('…')
  })

  it('audits the folder given by --dir, seen from where the user is', async () => {
    const root = await project()
    const { stdout } = await runProgram(join(root, 'packages'), '--json', '--dir', '..')
    expect(JSON.parse(stdout).report.root).toBe(root)
  })

  it.each([
    ['there is no such folder', 'absent', /^There is no folder .*absent\.\n$/],
    ['it has no node_modules', 'bare', /^.*bare has no node_modules; .*\.\n$/],
    ['its node_modules is empty', 'empty', /^.*node_modules has no packages in it\.\n$/],
  ])('says in one sentence that %s, and ends with 2', async (_, dir, sentence) => {
    const root = await makeTree({ 'bare/readme': '', 'empty/readme': '' })
    await mkdir(join(root, 'empty/node_modules'))
    const outcome = await runProgram(root, '--dir', dir)
    expect(outcome).toEqual({ code: 2, stdout: '', stderr: expect.stringMatching(sentence) })
  })

  it.each([
    [
      ['--on', 'moon'],
      `Expected --on to be one of ${names.join(', ')}, ${elsewhere.join(', ')}, got 'moon'.\n`,
    ],
    [['--concurrency', '0'], "Expected --concurrency to be a positive integer, got '0'.\n"],
    [['--concurrency', 'many'], "Expected --concurrency to be a positive integer, got 'many'.\n"],
    [['--colour'], "Unknown option '--colour'. See --help.\n"],
    [['here'], "Unexpected argument 'here'. See --help.\n"],
    [['--dir'], "Option '--dir <value>' argument missing. See --help.\n"],
  ])('refuses %j in one sentence and ends with 2', async (args, sentence) => {
    const root = await makeTree({})
    expect(await runProgram(root, ...args)).toEqual({ code: 2, stdout: '', stderr: sentence })
  })

  it('explains itself with --help, in a terminal of 80 columns', async () => {
    const { code, stdout } = await runProgram(await makeTree({}), '--help')
    expect(code).toBe(0)
    expect(stdout).toContain(names.join(', '))
    expect(Math.max(...stdout.split('\n').map(({ length }) => length))).toBeLessThanOrEqual(80)
  })

  // How far a body in another process is, nobody here is told.
  it.each(names.filter((name) => name !== 'processes'))(
    'is cancelled by Ctrl-C on %s, says so, and ends with 130',
    async (on) => {
      const root = await makeTree({
        'node_modules/a/package.json': {},
        'node_modules/a/huge.bin': '',
      })
      await makeHuge(join(root, 'node_modules/a/huge.bin'))
      const child = await startProgram(root, '--on', on)
      child.kill('SIGINT')
      expect(await outcomeOf(child)).toEqual({
        code: 130,
        stdout: '',
        stderr: 'Cancelled after 0 of 1 packages, 0 files, 0 B.\n',
      })
    },
  )
})
