import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Conc, Folder, startOnTerminal, withoutMoves } from './conc.js'
import { Pools, type RunningPool } from './pools.js'
import { tasksModule } from './tasks.js'

const folder = new Folder({ 'tasks.js': tasksModule })
const cwd = folder.path
const pools = new Pools(folder)
let pool: RunningPool

beforeAll(async () => {
  pool = await pools.up('--name', 'seen')
  await pools.call(pool, 'run', 'demo/add', '1', '2')
})
afterAll(async () => {
  await pools.end()
  folder.remove()
})

function watched(columns: number, ...args: string[]): Conc {
  const words = ['pool', 'status', '--watch', '50ms', '-n', 'seen', ...args]
  return startOnTerminal(words, { cwd, columns, env: { NO_COLOR: '1' } })
}

describe('conc pool status', () => {
  it('is a headline, a line per worker, and tasks where asked', async () => {
    const { stdout } = await pools.call(pool, 'pool', 'status', '--tasks')
    const [headline, load, heading] = stdout.split('\n')
    expect(headline).toMatch(/^seen open, up \S+, 1 session$/)
    expect(load).toMatch(
      /^0 of 100 running, 0 waiting, 0 suspended, 0 restarts, p50 [\d.]+ ms p95 [\d.]+ ms \(demo\/add\)$/,
    )
    expect(heading).toMatch(/^WORKER +PID +STATE +RUNNING +SUSP +DONE +RSS MB +LAG ms +BUSY %/)
    expect(stdout).toMatch(/\n +1 +\d+ +open +0 +0 +1 +\d+ /)
    expect(stdout).toMatch(/\nTASK +COUNT +FAILED +CANCELLED +P50 ms .*\ndemo\/add +1 /)
  })

  it('lists locks with who holds them and who waits', async () => {
    const gate = JSON.stringify(join(cwd, 'unlocked'))
    const holders = [1, 2].map(() => pools.begin(pool, 'run', 'demo/locked', gate))
    await pool.child.says('locked has begun', 'stderr')
    let listed = ''
    while (!/ledger +lock +1 +demo\/locked\n/.test(listed)) {
      listed = (await pools.call(pool, 'pool', 'status', '--locks')).stdout
    }
    const { stdout } = await pools.call(pool, 'pool', 'status', '--locks', '--json')
    expect(JSON.parse(stdout).locks).toMatchObject([{ name: 'ledger', kind: 'lock' }])
    folder.write('unlocked', '')
    for (const holder of holders) expect((await holder.ended).code).toBe(0)
    expect((await pools.call(pool, 'pool', 'status', '--locks')).stdout).toContain(
      '\nno lock is held or waited for\n',
    )
  })

  it.each([80, 40])('--watch draws in place on a terminal of %i columns', async (columns) => {
    const status = watched(columns)
    await status.says(/(?:tasks\/s[\s\S]*){3}/)
    status.process.stdin?.write('\x03')
    const { code, stdout } = await status.ended
    expect(code).toBe(130)
    expect(stdout).toMatch(/\d tasks\/s, 0 of 100 running/)
    expect(stdout).toContain('\x1b[0J')
    expect(stdout.endsWith('\x1b[?25h')).toBe(true)
    const lines = withoutMoves(stdout).split(/\r*\n/)
    expect(Math.max(...lines.map((line) => [...line].length))).toBeLessThanOrEqual(columns)
  })

  it('--watch is a document per look for programs', async () => {
    const args = ['pool', 'status', '--watch', '10ms', '--json']
    const status = pools.begin(pool, ...args)
    await status.says(/\n.*\n/)
    status.process.kill('SIGINT')
    const { code, stdout } = await status.ended
    expect(code).toBe(130)
    const looks = stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line))
    expect(looks[1]).toMatchObject({ name: 'seen', perSecond: expect.any(Number) })
  })

  it('is cut to the terminal, and whole in a pipe', async () => {
    const args = ['pool', 'status', '-n', 'seen']
    const narrow = await startOnTerminal(args, { cwd, columns: 50, env: { NO_COLOR: '1' } }).ended
    expect(narrow.stdout).toContain('…')
    const said = await startOnTerminal(args, { cwd, env: { NO_COLOR: '1', COLUMNS: '200' } }).ended
    expect(said.stdout).toContain('LAST EXIT')
    expect((await pools.call(pool, 'pool', 'status')).stdout).not.toContain('…')
  })
})
