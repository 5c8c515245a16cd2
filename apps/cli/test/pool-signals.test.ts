import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { conc, Folder, startOnTerminal } from './conc.js'
import { Pools } from './pools.js'
import { tasksModule } from './tasks.js'

const folder = new Folder({ 'tasks.js': tasksModule })
const cwd = folder.path
const pools = new Pools(folder)

afterAll(async () => {
  await pools.end()
  folder.remove()
})

describe('signals to conc pool up', () => {
  it.each(['SIGINT', 'SIGTERM'] as const)('%s lets what runs finish', async (signal) => {
    const pool = await pools.up()
    const gate = join(cwd, `drained-${signal}`)
    const held = pools.begin(pool, 'run', 'demo/until', JSON.stringify(gate))
    await pool.child.says('until has begun', 'stderr')
    pool.child.process.kill(signal)
    await pool.child.says('draining: 1 running, 0 waiting; again to cancel\n', 'stderr')
    folder.write(`drained-${signal}`, '')
    expect((await held.ended).code).toBe(0)
    expect((await pool.child.ended).code).toBe(0)
  })

  it('the second one cancels, and bodies have their grace', async () => {
    const pool = await pools.up('--grace', '200ms')
    const stubborn = pools.begin(pool, 'run', 'demo/stubborn')
    await pool.child.says('stubborn has begun', 'stderr')
    pool.child.process.kill('SIGINT')
    await pool.child.says('draining', 'stderr')
    pool.child.process.kill('SIGTERM')
    await pool.child.says('cancelling: 1 running, 0 waiting; again to kill\n', 'stderr')
    expect((await pool.child.ended).code).toBe(143)
    expect((await stubborn.ended).code).not.toBe(0)
  })

  it('the third one ends at once, and so does SIGQUIT', async () => {
    const [pool, other] = await Promise.all([pools.up('--grace', '1h'), pools.up()])
    pools.begin(pool, 'run', 'demo/stubborn')
    await pool.child.says('stubborn has begun', 'stderr')
    for (const _ of [1, 2]) {
      pool.child.process.kill('SIGINT')
      await pool.child.says('draining', 'stderr')
      await pools.call(pool, 'ping', '--shallow')
    }
    pool.child.process.kill('SIGINT')
    expect((await pool.child.ended).code).toBe(130)
    other.child.process.kill('SIGQUIT')
    expect((await other.child.ended).code).toBe(131)
  })

  it('are the status of a drain that --shutdown-timeout has cut short', async () => {
    const pool = await pools.up('--shutdown-timeout', '100ms')
    const waiting = pools.begin(pool, 'run', 'demo/wait', '60000')
    await pool.child.says('wait has begun', 'stderr')
    pool.child.process.kill('SIGTERM')
    const { code, stderr } = await pool.child.ended
    expect(code).toBe(143)
    expect(stderr).toContain('not drained within 100ms: 1 running, 0 waiting, cancelled now\n')
    expect((await waiting.ended).code).toBe(1)
  })

  it('end a start that is not over yet', async () => {
    folder.write(
      'hangs.js',
      'console.log("loads"); await new Promise(() => setInterval(() => {}, 1000))',
    )
    const child = pools.start('pool', 'up', '-m', './hangs.js', '-b', '1')
    await child.says('loads', 'stderr')
    child.process.kill('SIGTERM')
    expect(await child.ended).toMatchObject({ code: 0, stdout: '' })
  })

  it('leave workers alone: a terminal sends them to all', async () => {
    const pool = await pools.up()
    const worker = Number((await pools.call(pool, 'run', 'demo/pid')).stdout)
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.kill(worker, signal)
    expect((await pools.call(pool, 'run', 'demo/pid')).stdout).toBe(`${worker}\n`)
  })

  it('SIGHUP reads the key again', async () => {
    const key = folder.write('key', 'the first key, long enough\n')
    const pool = await pools.up('--authkey-file', key)
    const ping = async (text: string): Promise<number | null> =>
      (await pools.call(pool, 'ping', '--authkey', text)).code
    expect(await ping('the first key, long enough')).toBe(0)
    folder.write('key', 'the second key, long enough\n')
    pool.child.process.kill('SIGHUP')
    await pool.child.says('were read again', 'stderr')
    expect(await ping('the second key, long enough')).toBe(0)
    expect(await ping('the first key, long enough')).toBe(4)
    folder.write('key', '')
    pool.child.process.kill('SIGHUP')
    await pool.child.says('stay as they are: --authkey-file: the first line', 'stderr')
    expect(await ping('the second key, long enough')).toBe(0)
  })

  it('SIGHUP drains where the terminal has gone', async () => {
    const terminal = startOnTerminal(['pool', 'up', '-m', './tasks.js', '-b', '1'], { cwd })
    await terminal.says(/ready .* pid=\d+/)
    const [, port = '', pid = ''] = /port=(\d+) .* pid=(\d+)/.exec(terminal.stdout) ?? []
    const gate = join(cwd, 'hung-up')
    const held = pools.start('run', 'demo/until', JSON.stringify(gate), '-p', port)
    await terminal.says('until has begun')
    terminal.process.kill('SIGKILL')
    await terminal.ended
    while (await isOpen(port));
    folder.write('hung-up', '')
    expect((await held.ended).code).toBe(0)
    while (isAlive(pid));
  })
})

/** Whether it takes calls: what drains does not. */
async function isOpen(port: string): Promise<boolean> {
  const { stdout } = await conc(['pool', 'status', '--json', '-p', port], { cwd })
  return JSON.parse(stdout).state === 'open'
}

/** One that has ended may still be waiting for its parent. */
function isAlive(pid: string): boolean {
  const { stdout } = spawnSync('ps', ['-o', 'stat=', '-p', pid], { encoding: 'utf8' })
  return stdout.trim() !== '' && !stdout.startsWith('Z')
}

describe('a key', () => {
  it('is kept from workers, lists, output and the title of the process', async () => {
    const secret = 'a key that nobody may see'
    const [pool, flagged] = await Promise.all([
      pools.upIn({ CONC_AUTHKEY: secret }),
      pools.up('--authkey', secret),
    ])
    const seen = await pools.call(pool, 'run', 'demo/secret', '--raw', '-a', secret)
    expect(seen.stdout).toBe('none\n')
    expect((await conc(['pool', 'ls', '--json'], { cwd })).stdout).not.toContain(secret)
    expect(pool.child.stderr + pool.child.stdout).not.toContain(secret)
    if (process.platform === 'linux') {
      expect(readFileSync(`/proc/${flagged.pid}/cmdline`, 'utf8')).toMatch(/^conc pool up pool-/)
    }
  })
})
