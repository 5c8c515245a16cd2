import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { conc, Folder, start, startOnTerminal, withoutMoves } from './conc.js'
import { startPool } from './pools.js'
import { tasksModule } from './tasks.js'

const folder = new Folder({
  'tasks.js': tasksModule,
  'flow.js': `
    import { weave } from '@conc/weave'
    import { add, secret } from './tasks.js'
    let tries = 0
    export const sums = weave().input()
      .do('numbers', ({ n }) => { console.log('numbers printed'); return Array.from({ length: n }, (_, i) => i) })
      .each('doubled', 'numbers', { args: (x) => [x, x] }, add)
      .do('flaky', { retries: 1 }, () => { if (++tries < 2) throw new Error('once'); return 'ok' })
      .do('total', ({ doubled, flaky }) => doubled.reduce((a, b) => a + b, 0))
    export const secretive = weave().do('seen', secret)
    export const broken = weave()
      .do('good', () => 1)
      .do('bad', ({ good }) => { throw new TypeError('no') })
      .do('never', ({ bad }) => bad)
    export const endless = weave().do('held', ({}, { signal }) => new Promise((_, reject) => {
      console.error('held has begun')
      signal.addEventListener('abort', () => { console.error('cleaned up'); reject(signal.reason) })
    }))`,
})
const cwd = folder.path
const sums = ['weave', 'run', './flow.js#sums', '--input', 'n=3']
const result = { numbers: [0, 1, 2], doubled: [0, 2, 4], flaky: 'ok', total: 6 }

afterAll(() => folder.remove())

describe('conc weave plan', () => {
  it('prints the graph as text, JSON, Mermaid and DOT', async () => {
    const plan = (...args: string[]): Promise<{ stdout: string }> =>
      conc(['weave', 'plan', './flow.js#sums', ...args], { cwd })
    expect((await plan()).stdout).toMatch(/^1 {2}numbers {2}needs n\n2 {2}doubled/)
    expect(JSON.parse((await plan('--json')).stdout)).toMatchObject({ inputs: ['n'] })
    expect((await plan('--mermaid')).stdout).toMatch(/^flowchart TD\n/)
    expect((await plan('--dot')).stdout).toMatch(/^digraph weave \{\n/)
  })
})

describe('conc weave run', () => {
  it('prints values on stdout, events and all else on stderr', async () => {
    const { code, stdout, stderr } = await conc(sums, { cwd })
    expect(code).toBe(0)
    expect(JSON.parse(stdout)).toEqual(result)
    expect(stdout.trim().split('\n')).toHaveLength(1)
    expect(stderr).toMatch(/^[\d.]+m?s plan 4 tasks$/m)
    expect(stderr).toMatch(/^[\d.]+m?s end total [\d.]+ms$/m)
    expect(stderr).toContain('numbers printed')
    expect(stderr).toMatch(/retry flaky attempt 1 failed: Error: once/)
  })

  it('runs declared tasks on threads, processes and a pool', async () => {
    const pool = await startPool({ cwd })
    for (const where of ['threads:2', 'processes:1', `ws://localhost:${pool.port}`]) {
      const { stdout } = await conc([...sums, '--on', where, '-q'], { cwd })
      expect(JSON.parse(stdout)).toEqual(result)
    }
    pool.child.process.kill('SIGKILL')
  })

  it('counts a single task as one', async () => {
    const { stderr } = await conc(['weave', 'run', './flow.js#secretive'], { cwd })
    expect(stderr).toMatch(/ plan 1 task$/m)
  })

  it('keeps the key from worker processes', async () => {
    const args = ['weave', 'run', './flow.js#secretive', '--on', 'processes:1', '-q']
    const { stdout } = await conc(args, { cwd, env: { CONC_AUTHKEY: 'a key of 16 bytes' } })
    expect(JSON.parse(stdout)).toEqual({ seen: 'none' })
  })

  it('writes each event as a line of JSON, then the result', async () => {
    const { stdout } = await conc([...sums, '--json'], { cwd })
    const lines = stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line))
    expect(lines[0]).toMatchObject({ type: 'plan' })
    expect(lines.at(-2)).toMatchObject({ type: 'finish', status: 'fulfilled' })
    expect(lines.at(-1)).toMatchObject({ type: 'result', value: result, timings: {} })
  })

  it('ends with 1 where a task failed, and says which', async () => {
    const report = join(cwd, 'report.html')
    const { code, stderr, stdout } = await conc(
      ['weave', 'run', './flow.js#broken', '--report', report],
      { cwd },
    )
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' })
    expect(stderr).toContain("\nconc: task 'bad' failed: TypeError: no\n")
    expect(readFileSync(report, 'utf8')).toMatch(/^<!doctype html>/i)
  })

  it('ends with 124 when its time is over, and with 130 when interrupted', async () => {
    const endless = ['weave', 'run', './flow.js#endless']
    const late = await conc([...endless, '--timeout', '50ms'], { cwd })
    expect(late.code).toBe(124)
    expect(late.stderr).toContain('cleaned up')
    const child = start(endless, { cwd })
    await child.says('held has begun', 'stderr')
    child.process.kill('SIGINT')
    expect(await child.ended).toMatchObject({
      code: 130,
      stderr: expect.stringContaining('cleaned up'),
    })
  })

  it('takes inputs from a file and from options, which go first', async () => {
    folder.write('inputs.json', '{"n": 9}')
    const run = (...args: string[]): Promise<{ stdout: string }> =>
      conc(['weave', 'run', './flow.js#sums', '-q', ...args], { cwd, input: '{"n": 3}' })
    const results = await Promise.all([
      run('--inputs-file', '-'),
      run('--inputs-file', 'inputs.json', '--input', 'n=3'),
    ])
    for (const { stdout } of results) expect(JSON.parse(stdout)).toEqual(result)
  })

  it('is a usage error without an input that it needs', async () => {
    const { code, stderr } = await conc(['weave', 'run', './flow.js#sums'], { cwd })
    expect({ code, stderr }).toMatchObject({
      code: 2,
      stderr: expect.stringContaining("needs the input 'n'"),
    })
  })

  it('has at most --concurrency bodies at a time, and --debug says what they do', async () => {
    const { code, stderr } = await conc([...sums, '--concurrency', '1', '--debug', '-q'], { cwd })
    expect(code).toBe(0)
    expect(stderr).toMatch(/numbers/)
    expect(stderr.split('\n').length).toBeGreaterThan(8)
  })

  it('ends with 3 where the pool is not there, before anything has run', async () => {
    const { code, stderr } = await conc([...sums, '--on', 'ws://127.0.0.1:1'], { cwd })
    expect(code).toBe(3)
    expect(stderr).toMatch(/^conc: nothing listens on 127\.0\.0\.1:1\.\n/)
  })

  it('runs only what is asked for', async () => {
    const { stdout } = await conc([...sums, '--only', 'numbers'], { cwd })
    expect(JSON.parse(stdout)).toEqual({ numbers: [0, 1, 2] })
  })
})

describe('progress on a terminal', () => {
  it('leaves the graph standing, with words beside colours', async () => {
    const { stdout } = await startOnTerminal(sums, { cwd, env: { NO_COLOR: '1' } }).ended
    expect(stdout).toMatch(/✓ numbers {2}done/)
    expect(stdout).toMatch(/✓ flaky {4}done .*1 retry/)
    expect(stdout).toMatch(/4\/4 done, /)
    expect(stdout).toContain('"total": 6')
  })

  it('fits narrow terminals, and is lines where it cannot', async () => {
    const narrow = { cwd, env: { NO_COLOR: '1' }, columns: 40 }
    const { stdout } = await startOnTerminal(['weave', 'run', './flow.js#broken'], narrow).ended
    expect(stdout).toMatch(/✗ bad/)
    const lines = withoutMoves(stdout).split(/\r?\n/)
    const drawn = lines.filter((line) => /^[✓✗·▸-] /.test(line))
    expect(Math.max(...drawn.map((line) => line.length))).toBeLessThanOrEqual(40)
    for (const odd of [{ columns: 30 }, { env: { TERM: 'dumb' } }]) {
      const text = (await startOnTerminal(sums, { cwd, ...odd }).ended).stdout
      expect(text).toMatch(/end total [\d.]+ms/)
      expect(text).not.toContain('\x1b[0J')
    }
  })
})
