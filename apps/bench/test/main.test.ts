import { execFile } from 'node:child_process'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Results } from '../src/harness/results.js'

// The built program, as contestants are processes of their own and run what was built.
const program = fileURLToPath(new URL('../dist/main.js', import.meta.url))
const run = (...words: string[]) => promisify(execFile)(process.execPath, [program, ...words])

describe('main', () => {
  let folder = ''
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'bench-'))
  })
  afterAll(() => rm(folder, { recursive: true }))

  it('prints tables and writes a results file', async () => {
    const file = join(folder, 'results.json')
    const { stdout } = await run('pool', '--only', 'map/array/10', '--tiny', '--json', file)
    expect(stdout).toMatch(/cores, .* Node /)
    expect(stdout).toContain('pool.map')
    expectResults(JSON.parse(await readFile(file, 'utf8')))
  })

  it('prints nothing but JSON when there is no file', async () => {
    const { stdout } = await run('pool', '--only', 'map/array/100', '--tiny', '--json')
    expectResults(JSON.parse(stdout))
  })

  it('measures heap in a process with the collector at hand', async () => {
    const { stdout } = await run('pool', '--only', 'waiting', '--tiny', '--json')
    const results = JSON.parse(stdout) as Results
    const contestants = results.suites[0]?.paths[0]?.contestants ?? []
    expect(contestants.map(({ error }) => error).filter(Boolean)).toEqual([])
  })

  it.each([
    ['an unknown suite', ['spool'], 'There is no suite spool'],
    ['an unknown path', ['--only', 'nothing'], 'No path begins with nothing'],
    ['an unknown option', ['--fast'], 'Unknown option --fast'],
  ])('refuses %s and shows how to call it', async (_name, words, message) => {
    const error: unknown = await run(...words).catch((reason: unknown) => reason)
    expect(error).toMatchObject({ code: 1, stderr: expect.stringContaining(message) })
    expect(error).toMatchObject({ stderr: expect.stringContaining('Usage: pnpm bench') })
  })

  it('explains itself', async () => {
    expect((await run('--help')).stdout).toContain('--only')
  })
})

function expectResults(results: Results): void {
  expect(results).toMatchObject({
    format: 1,
    machine: { node: process.versions.node, cores: expect.any(Number) },
    versions: { '@conc/pool': expect.any(String), 'p-map': expect.any(String) },
    size: 'tiny',
  })
  const [path] = results.suites[0]?.paths ?? []
  const ours = path?.contestants.find(({ role }) => role === 'ours')
  expect(ours?.error).toBeUndefined()
  expect(ours?.figures.wallUs).toMatchObject({
    median: expect.any(Number),
    q1: expect.any(Number),
    q3: expect.any(Number),
  })
  expect(ours?.timesFloor?.cpuUs).toEqual(expect.any(Number))
  expect(ours?.goal).toMatchObject({ text: '<= 1.5x floor', met: expect.any(Boolean) })
}
