import { join } from 'node:path'
import { afterAll, afterEach, describe, expect, it } from 'vitest'
import { type Conc, conc, type Ended, Folder, start } from './conc.js'
import { type RunningPool, startPool } from './pools.js'
import { tasksModule } from './tasks.js'

const folder = new Folder({ 'tasks.js': tasksModule })
const cwd = folder.path
const running = new Set<Conc>()

async function up(...args: string[]): Promise<RunningPool> {
  const pool = await startPool({ cwd }, ...args)
  running.add(pool.child)
  return pool
}

function call(pool: RunningPool, ...args: string[]): Promise<Ended> {
  return conc([...args, '--port', pool.port], { cwd })
}

function begin(pool: RunningPool, ...args: string[]): Conc {
  const child = start([...args, '--port', pool.port], { cwd })
  running.add(child)
  return child
}

async function untilDraining(pool: RunningPool): Promise<void> {
  for (let state = 'open'; state !== 'draining'; ) {
    state = JSON.parse((await call(pool, 'pool', 'status', '--json')).stdout).state
  }
}

afterEach(() => {
  for (const { process } of running) process.kill('SIGKILL')
  running.clear()
})
afterAll(() => folder.remove())

describe('conc pool up', () => {
  it('says one line when it is ready, and drains after a signal', async () => {
    const { child } = await up('--name', 'calm')
    expect(child.stdout).toBe(
      `ready host=localhost port=${/port=(\d+)/.exec(child.stdout)?.[1]} name=calm breadth=1 pid=${child.process.pid}\n`,
    )
    child.process.kill('SIGTERM')
    const { code, stderr, stdout } = await child.ended
    expect(code).toBe(0)
    expect(stderr).toContain('draining: 0 running, 0 waiting; again to cancel')
    expect(stdout.split('\n')).toHaveLength(2)
  })

  it('finishes what runs after the first signal', async () => {
    const pool = await up()
    const gate = join(cwd, 'drained')
    const held = begin(pool, 'run', 'demo/until', JSON.stringify(gate))
    await pool.child.says('until has begun', 'stderr')
    pool.child.process.kill('SIGINT')
    await pool.child.says('draining: 1 running, 0 waiting', 'stderr')
    folder.write('drained', '')
    expect((await held.ended).code).toBe(0)
    expect((await pool.child.ended).code).toBe(0)
  })

  it('cancels after the second signal, and kills after the grace', async () => {
    const pool = await up('--grace', '200ms')
    const stubborn = begin(pool, 'run', 'demo/stubborn')
    await pool.child.says('stubborn has begun', 'stderr')
    pool.child.process.kill('SIGTERM')
    await pool.child.says('draining', 'stderr')
    pool.child.process.kill('SIGTERM')
    expect((await pool.child.ended).code).toBe(143)
    expect((await stubborn.ended).code).not.toBe(0)
  })

  it('ends at once after the third signal, and after SIGQUIT', async () => {
    const pool = await up('--grace', '1h')
    begin(pool, 'run', 'demo/stubborn')
    await pool.child.says('stubborn has begun', 'stderr')
    for (const _ of [1, 2]) {
      pool.child.process.kill('SIGINT')
      await pool.child.says('draining', 'stderr')
      await call(pool, 'ping', '--shallow').catch(() => {})
    }
    pool.child.process.kill('SIGINT')
    expect((await pool.child.ended).code).toBe(130)
    const other = await up()
    other.child.process.kill('SIGQUIT')
    expect((await other.child.ended).code).toBe(131)
  })

  it('stops when nobody has been there for --idle-timeout', async () => {
    const { child } = await up('--idle-timeout', '50ms')
    expect((await child.ended).code).toBe(0)
  })

  it('reads its key again on SIGHUP', async () => {
    const key = folder.write('key', 'the first key, long enough\n')
    const pool = await up('--authkey-file', key)
    expect((await call(pool, 'ping', '--authkey', 'the first key, long enough')).code).toBe(0)
    folder.write('key', 'the second key, long enough\n')
    pool.child.process.kill('SIGHUP')
    await pool.child.says('were read again', 'stderr')
    expect((await call(pool, 'ping', '-a', 'the second key, long enough')).code).toBe(0)
    expect((await call(pool, 'ping', '-a', 'the first key, long enough')).code).toBe(4)
  })

  it('keeps its key from workers, lists and output', async () => {
    const key = 'a key that nobody may see'
    const pool = await startPool({ cwd, env: { CONC_AUTHKEY: key } })
    running.add(pool.child)
    const seen = await call(pool, 'run', 'demo/secret', '--raw', '-a', key)
    expect(seen.stdout).toBe('none\n')
    expect((await conc(['pool', 'ls', '--json'], { cwd })).stdout).not.toContain(key)
    expect(pool.child.stderr + pool.child.stdout).not.toContain(key)
  })
})

describe('conc pool ls', () => {
  it('lists the pools that run, and drops those whose process is gone', async () => {
    const pool = await up('--name', 'listed')
    const { stdout } = await conc(['pool', 'ls', '--json'], { cwd })
    expect(JSON.parse(stdout)).toMatchObject([
      { name: 'listed', port: Number(pool.port), breadth: 1, modules: ['./tasks.js'], tls: false },
    ])
    expect((await conc(['pool', 'ls'], { cwd })).stdout).toMatch(/^NAME +HOST.*\nlisted +localhost/)
    pool.child.process.kill('SIGKILL')
    await pool.child.ended
    expect((await conc(['pool', 'ls', '--json'], { cwd })).stdout).toBe('[]\n')
  })
})

describe('a pool', () => {
  it('is pinged, called, watched and taken down', async () => {
    const pool = await up('--name', 'whole')
    expect((await call(pool, 'ping')).stdout).toMatch(/^Ping: \d+ ms\n$/)
    const pings = await call(pool, 'ping', '--json', '--count', '2', '--interval', '1ms')
    expect(
      pings.stdout
        .trim()
        .split('\n')
        .map((line) => Object.keys(JSON.parse(line))),
    ).toEqual([['ms'], ['ms']])
    expect((await call(pool, 'run', 'demo/greet', '"Ada"')).stdout).toBe('"Hello Ada"\n')
    const named = await conc(['run', 'demo/greet', '"Ada"', '-n', 'whole', '--raw'], { cwd })
    expect(named.stdout).toBe('Hello Ada\n')
    expect((await call(pool, 'run', 'demo/add', '1', '-2')).stdout).toBe('-1\n')
    expect((await call(pool, 'run', 'demo/count', '3')).stdout).toBe('0\n1\n2\n')
    expect((await call(pool, 'run', 'demo/nothing')).stdout).toBe('')
    expect((await call(pool, 'run', 'demo/values')).stdout).toBe(
      '{"at":{"$date":"1970-01-01T00:00:00.000Z"},"big":{"$bigint":"10"},"map":{"$map":[[1,2]]}}\n',
    )
    expect((await call(pool, 'run', 'demo/header', '--header', 'colour=red')).stdout).toBe(
      '"red"\n',
    )
    const piped = await conc(['run', 'demo/add', '--args-file', '-', '-p', pool.port], {
      cwd,
      input: '[2, 3]',
    })
    expect(piped.stdout).toBe('5\n')
    const status = await call(pool, 'pool', 'status', '--tasks')
    expect(status.stdout).toMatch(/^whole open, up .*, 1 session\n0 of 100 running, 0 waiting/)
    expect(status.stdout).toMatch(/\ndemo\/add +2 /)
    const json = await call(pool, 'pool', 'status', '--json')
    expect(JSON.parse(json.stdout)).toMatchObject({ name: 'whole', state: 'open' })
    expect(await call(pool, 'pool', 'down', '--wait')).toMatchObject({
      code: 0,
      stdout: 'down finished=0 cancelled=0\n',
    })
    expect((await pool.child.ended).code).toBe(0)
  })

  it('tells what failed by exit status', async () => {
    const pool = await up()
    expect(await call(pool, 'run', 'demo/fail')).toMatchObject({
      code: 1,
      stderr: "conc: 'demo/fail' failed: TypeError: boom\n",
    })
    expect(await call(pool, 'run', 'demo/gret')).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(
        /^conc: the pool has no task 'demo\/gret'\.\nDid you mean demo\/greet\?/,
      ),
    })
    expect((await call(pool, 'run', 'demo/wait', '60000', '--timeout', '100ms')).code).toBe(124)
    const json = await call(pool, 'run', 'demo/fail', '--json')
    expect(JSON.parse(json.stderr)).toMatchObject({ error: { name: 'TypeError' } })
  })

  it('goes on when the caller is interrupted', async () => {
    const pool = await up()
    const waiting = begin(pool, 'run', 'demo/wait', '60000')
    await pool.child.says('wait has begun', 'stderr')
    waiting.process.kill('SIGINT')
    expect((await waiting.ended).code).toBe(130)
    expect((await call(pool, 'ping')).code).toBe(0)
  })
})

describe('conc pool down', () => {
  it('waits for accepted work with --wait, and cancels it past --timeout', async () => {
    const pool = await up()
    const gate = join(cwd, 'gate')
    const held = begin(pool, 'run', 'demo/until', JSON.stringify(gate))
    await pool.child.says('until has begun', 'stderr')
    const down = begin(pool, 'pool', 'down', '--wait')
    await untilDraining(pool)
    folder.write('gate', '')
    expect(await down.ended).toMatchObject({ code: 0, stdout: 'down finished=1 cancelled=0\n' })
    expect((await held.ended).code).toBe(0)
    const other = await up()
    const long = begin(other, 'run', 'demo/wait', '60000')
    await other.child.says('wait has begun', 'stderr')
    expect(await call(other, 'pool', 'down', '--wait', '--timeout', '50ms')).toMatchObject({
      code: 124,
      stdout: 'down finished=0 cancelled=1\n',
    })
    expect((await long.ended).code).toBe(1)
  })

  it('is cut short by a second one', async () => {
    const pool = await up()
    const waiting = begin(pool, 'run', 'demo/wait', '60000')
    await pool.child.says('wait has begun', 'stderr')
    expect((await call(pool, 'pool', 'down', '--wait', '--no-block')).code).toBe(0)
    expect(await call(pool, 'pool', 'down')).toMatchObject({
      code: 0,
      stdout: 'down finished=0 cancelled=1\n',
    })
    expect((await waiting.ended).code).toBe(1)
    expect((await pool.child.ended).code).toBe(0)
  })
})
