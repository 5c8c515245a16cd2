import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { conc, type Ended, Folder, startOnTerminal } from './conc.js'
import { Pools, type RunningPool } from './pools.js'
import { tasksModule } from './tasks.js'

const folder = new Folder({ 'tasks.js': tasksModule, 'args.json': '[2, 3]' })
const cwd = folder.path
const pools = new Pools(folder)
let pool: RunningPool

beforeAll(async () => {
  pool = await pools.up('--name', 'whole')
})
afterAll(async () => {
  await pools.end()
  folder.remove()
})

function call(...args: readonly string[]): Promise<Ended> {
  return pools.call(pool, ...args)
}

async function printed(...args: readonly string[]): Promise<string> {
  const { stdout, stderr } = await call(...args)
  return stdout + stderr
}

describe('conc ping', () => {
  it('times a task, or only the server', async () => {
    const [deep, shallow] = await Promise.all([call('ping'), call('ping', '--shallow')])
    for (const { code, stdout } of [deep, shallow]) {
      expect({ code, stdout }).toMatchObject({
        code: 0,
        stdout: expect.stringMatching(/^Ping: \d+ ms\n$/),
      })
    }
  })

  it('repeats itself, with a document per line for programs', async () => {
    const { stdout } = await call('ping', '--json', '--count', '2', '--interval', '1ms')
    const lines = stdout.trim().split('\n')
    expect(lines.map((line) => Object.keys(JSON.parse(line)))).toEqual([['ms'], ['ms']])
  })
})

describe('conc run', () => {
  it('prints what the task returns as JSON, and nothing for nothing', async () => {
    const results = await Promise.all([
      printed('run', 'demo/greet', '"Ada"'),
      printed('run', 'demo/greet', '"Ada"', '--raw'),
      printed('run', 'demo/add', '1', '-2'),
      printed('run', 'demo/nothing'),
      printed('run', 'demo/values'),
      printed('run', 'demo/header', '--header', 'colour=red'),
    ])
    expect(results).toEqual([
      '"Hello Ada"\n',
      'Hello Ada\n',
      '-1\n',
      '',
      '{"at":{"$date":"1970-01-01T00:00:00.000Z"},"big":{"$bigint":"10"},"map":{"$map":[[1,2]]}}\n',
      '"red"\n',
    ])
  })

  it('prints a value over several lines on a terminal, and an item of a stream per line', async () => {
    const args = ['run', 'demo/values', '-n', 'whole']
    const { stdout } = await startOnTerminal(args, { cwd }).ended
    expect(stdout.replaceAll('\r', '')).toMatch(/^\{\n {2}"at": \{\n/)
    expect(await printed('run', 'demo/count', '3')).toBe('0\n1\n2\n')
  })

  it('says goodbye to the pool when nobody reads on', async () => {
    const own = await pools.up()
    const endless = pools.begin(own, 'run', 'demo/count', '1e9')
    await endless.says('0\n')
    endless.process.stdout?.destroy()
    expect(await endless.ended).toMatchObject({ code: 0, stderr: '' })
    await own.child.says('session closed', 'stderr')
    expect(own.child.stderr).not.toContain('session lost')
  })

  it('takes its arguments from a file or stdin', async () => {
    const stdin = conc(['run', 'demo/add', '--args-file', '-', '-p', pool.port], {
      cwd,
      input: '[20, 3]',
    })
    expect(await printed('run', 'demo/add', '--args-file', 'args.json')).toBe('5\n')
    expect((await stdin).stdout).toBe('23\n')
  })

  it('takes options before and after the arguments, and arguments that look like them', async () => {
    const args = ['run', '--raw', 'demo/greet', '-p', pool.port, '--', '"--raw"']
    expect((await conc(args, { cwd })).stdout).toBe('Hello --raw\n')
  })

  it('joins calls of one --idempotency-key', async () => {
    const tick = (...args: string[]): Promise<string> => printed('run', 'demo/tick', ...args)
    const first = await tick('--idempotency-key', 'once')
    expect(await tick('--idempotency-key', 'once')).toBe(first)
    expect(await tick()).not.toBe(first)
  })

  it('tells by exit status what failed', async () => {
    const [failed, unknown, late, json] = await Promise.all([
      call('run', 'demo/fail'),
      call('run', 'demo/gret'),
      call('run', 'demo/wait', '60000', '--timeout', '100ms'),
      call('run', 'demo/fail', '--json'),
    ])
    expect(failed).toMatchObject({
      code: 1,
      stderr: "conc: 'demo/fail' failed: TypeError: boom\n",
    })
    expect(unknown).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(
        /^conc: the pool has no task 'demo\/gret'\.\nDid you mean demo\/greet\?/,
      ),
    })
    expect(late).toMatchObject({
      code: 124,
      stderr: "conc: 'demo/wait' did not end within 100 ms.\n",
    })
    expect(JSON.parse(json.stderr)).toMatchObject({ error: { name: 'TypeError' } })
  })

  it('ends with 3 when the pool goes away', async () => {
    const other = await pools.up()
    const waiting = pools.begin(other, 'run', 'demo/wait', '60000')
    await other.child.says('wait has begun', 'stderr')
    other.child.process.kill('SIGKILL')
    const { code, stderr } = await waiting.ended
    expect(code).toBe(3)
    expect(stderr).toMatch(/^conc: The connection to ws:\/\/localhost:\d+ was lost/)
  })
})
