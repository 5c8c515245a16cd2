import { afterAll, describe, expect, it } from 'vitest'
import { Folder, startOnTerminal } from './conc.js'
import { Pools, type RunningPool } from './pools.js'
import { tasksModule } from './tasks.js'

const folder = new Folder({ 'tasks.js': tasksModule })
const cwd = folder.path
const pools = new Pools(folder)
const pretty = /^\d\d:\d\d:\d\d\.\d{3} info pool w1 ready, pid \d+\r?$/m

afterAll(async () => {
  await pools.end()
  folder.remove()
})

/** What a pool has logged when it has gone. */
async function logged(env: Record<string, string>, ...args: string[]): Promise<string> {
  const child = pools.startIn(env, 'pool', 'up', '-b', '1', '-m', './tasks.js', ...args)
  await child.says('ready ')
  const [, port = ''] = /port=(\d+)/.exec(child.stdout) ?? []
  const pool: RunningPool = { child, port, name: '', pid: 0 }
  await pools.call(pool, 'run', 'demo/greet', '"a secret argument"')
  await pools.call(pool, 'run', 'demo/say', '"a word"')
  child.process.kill('SIGTERM')
  return (await child.ended).stderr.replace(/^draining: .*\n/m, '')
}

describe('logs', () => {
  it('are lines of JSON in a pipe, with what tasks print, without arguments', async () => {
    const text = await logged({})
    const lines = text
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line))
    expect(lines[0]).toMatchObject({
      ts: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/),
      level: 'info',
      pool: 'pool',
      worker: 1,
      message: expect.stringMatching(/^ready, pid \d+$/),
    })
    expect(lines.find(({ task }) => task === 'demo/say')).toMatchObject({
      message: 'said a word',
      pool: expect.stringMatching(/^pool-\d+$/),
    })
    expect(text).not.toContain('a secret argument')
  })

  it('are for people where --log-format says so, and on a terminal', async () => {
    expect(await logged({}, '--log-format', 'pretty')).toMatch(pretty)
    const args = ['pool', 'up', '-b', '1', '-m', './tasks.js']
    const terminal = startOnTerminal(args, { cwd, env: { NO_COLOR: '1' } })
    await terminal.says('ready host')
    terminal.process.stdin?.write('\x03')
    const { code, stdout } = await terminal.ended
    expect(code).toBe(0)
    expect(stdout).toMatch(pretty)
    expect(stdout).toContain('draining: 0 running, 0 waiting; again to cancel')
    const json = startOnTerminal([...args, '--log-format', 'json'], { cwd })
    await json.says('{"ts":"')
    json.process.kill('SIGKILL')
  })

  it('are as many as -v, -q and CONC_LOG_LEVEL say', async () => {
    const key = ['-a', 'a key of enough bytes']
    const levels = async (env: Record<string, string>, ...args: string[]): Promise<string[]> => {
      const child = pools.startIn(env, 'pool', 'up', '-b', '1', '-m', './tasks.js', ...args)
      await child.says('ready ')
      child.process.kill('SIGTERM')
      const { stderr } = await child.ended
      return [...new Set([...stderr.matchAll(/"level":"(\w+)"/g)].map(([, level]) => level ?? ''))]
    }
    const [usual, verbose, said, beaten, quiet, silent] = await Promise.all([
      levels({}, ...key),
      levels({}, '-v', ...key),
      levels({ CONC_LOG_LEVEL: 'debug' }, ...key),
      levels({ CONC_LOG_LEVEL: 'debug' }, '-q'),
      levels({}, '-q'),
      levels({}, '-qq'),
    ])
    expect(usual).toEqual(['info'])
    expect(verbose.sort()).toEqual(['debug', 'info'])
    expect(said.sort()).toEqual(['debug', 'info'])
    expect(beaten).toEqual(['warn'])
    expect(quiet).toEqual(['warn'])
    expect(silent).toEqual([])
  })
})
