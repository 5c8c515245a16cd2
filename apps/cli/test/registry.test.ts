import { existsSync, mkdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { conc, Folder } from './conc.js'
import { Pools } from './pools.js'
import { tasksModule } from './tasks.js'

const folder = new Folder({ 'tasks.js': tasksModule, file: '' })
const cwd = folder.path
const runtime = join(cwd, 'run')
const pools = new Pools(folder)

afterAll(async () => {
  await pools.end()
  folder.remove()
})

describe('conc pool ls', () => {
  it('lists the pools that run, and drops those whose process is gone', async () => {
    const pool = await pools.up('--name', 'listed', '--authkey', 'something that nobody may see')
    const [json, text] = await Promise.all([
      conc(['pool', 'ls', '--json'], { cwd }),
      conc(['pool', 'ls'], { cwd }),
    ])
    expect(JSON.parse(json.stdout)).toMatchObject([
      { name: 'listed', port: Number(pool.port), pid: pool.pid, breadth: 1, tls: false },
    ])
    expect(text.stdout).toMatch(
      /^NAME +HOST +PORT +PID +BREADTH +UP +VERSION +MODULES\nlisted +localhost +\d+ +\d+ +1 +\S+ +\d+\.\d+\.\d+ +\.\/tasks\.js\n$/,
    )
    const file = join(runtime, 'listed.json')
    expect([statSync(runtime).mode & 0o777, statSync(file).mode & 0o777]).toEqual([0o700, 0o600])
    expect(readFileSync(file, 'utf8')).not.toContain('nobody may see')
    pool.child.process.kill('SIGKILL')
    await pool.child.ended
    expect((await conc(['pool', 'ls', '--json'], { cwd })).stdout).toBe('[]\n')
    expect(existsSync(file)).toBe(false)
    expect(await conc(['pool', 'ls'], { cwd })).toMatchObject({
      stdout: '',
      stderr: 'No pool of yours runs here.\n',
    })
  })

  it('no longer has a pool that was stopped', async () => {
    const pool = await pools.up('--name', 'stopped')
    expect((await pools.call(pool, 'pool', 'down')).code).toBe(0)
    await pool.child.ended
    expect(existsSync(join(runtime, 'stopped.json'))).toBe(false)
  })

  it('lists nothing of a folder that is a link', async () => {
    symlinkSync(cwd, join(cwd, 'link'))
    const { code, stderr } = await conc(['pool', 'ls'], {
      cwd,
      env: { CONC_RUNTIME_DIR: join(cwd, 'link') },
    })
    expect(code).toBe(1)
    expect(stderr).toMatch(/^conc: The registry of pools at .* is a link\.\n$/)
  })
})

describe('the registry', () => {
  it('is in XDG_RUNTIME_DIR where CONC_RUNTIME_DIR says nothing', async () => {
    mkdirSync(join(cwd, 'xdg'))
    const env = { CONC_RUNTIME_DIR: '', XDG_RUNTIME_DIR: join(cwd, 'xdg') }
    await pools.upIn(env, '--name', 'moved')
    expect(existsSync(join(cwd, 'xdg', 'conc', 'pools', 'moved.json'))).toBe(true)
    expect((await conc(['ping', '--name', 'moved'], { cwd, env })).code).toBe(0)
  })

  it.each([
    join(cwd, 'file', 'pools'),
    ...(process.platform === 'linux' ? ['/proc/conc/pools'] : []),
  ])('that cannot be made (%s) is a warning, and the pool runs unlisted', async (place) => {
    const pool = await pools.upIn({ CONC_RUNTIME_DIR: place }, '--name', 'alone')
    await pool.child.says("conc: warning: Pool 'alone' runs unlisted: ", 'stderr')
    expect((await pools.call(pool, 'ping')).code).toBe(0)
  })

  it('gives a name of a pool that is gone to the next one', async () => {
    const first = await pools.up('--name', 'again')
    first.child.process.kill('SIGKILL')
    await first.child.ended
    writeFileSync(join(runtime, 'torn.json'), '{"name":')
    const second = await pools.up('--name', 'again')
    expect((await conc(['ping', '--name', 'again'], { cwd })).code).toBe(0)
    expect(second.pid).not.toBe(first.pid)
  })
})
