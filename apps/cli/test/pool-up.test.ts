import { mkdirSync, readdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { conc, Folder, start } from './conc.js'
import { Pools, type RunningPool } from './pools.js'
import { mortalModule, onceModule, tasksModule } from './tasks.js'

const folder = new Folder({
  'tasks.js': tasksModule,
  'mortal.js': mortalModule,
  'once.js': onceModule,
  'hangs.js': 'await new Promise(() => setInterval(() => {}, 1000))',
})
const cwd = folder.path
const pools = new Pools(folder)

afterAll(async () => {
  await pools.end()
  folder.remove()
})

describe('conc pool up', () => {
  it('says one line when it is ready, as text or JSON, and nothing more', async () => {
    const [text, json] = await Promise.all([
      pools.up('--name', 'words', '--breadth', '2'),
      pools.up('--json'),
    ])
    const { pid, port, child } = text
    const ready = `ready host=localhost port=${port} name=words breadth=2 pid=${pid}\n`
    expect(child.stdout).toBe(ready)
    expect(JSON.parse(json.child.stdout)).toEqual({
      event: 'ready',
      host: 'localhost',
      port: Number(json.port),
      name: `pool-${json.port}`,
      breadth: 1,
      pid: json.pid,
    })
    await Promise.all([
      pools.call(text, 'run', 'demo/say', '"something"'),
      pools.call(json, 'run', 'demo/say', '"something"'),
    ])
    for (const pool of [text, json]) pool.child.process.kill('SIGTERM')
    expect(await child.ended).toMatchObject({ code: 0, stdout: ready })
    expect((await json.child.ended).stdout.split('\n')).toHaveLength(2)
    expect(child.stderr).toContain('said something')
  })

  it('has a worker for each core where breadth is 0, and only conc/ping without a module', async () => {
    const child = pools.start('pool', 'up', '--breadth', '0')
    await child.says(`breadth=${availableParallelism()} `)
    expect(child.stderr).toContain('conc: warning: no --module: only conc/ping can be called')
    const [, port = ''] = /port=(\d+)/.exec(child.stdout) ?? []
    expect((await conc(['ping', '-p', port], { cwd })).code).toBe(0)
    expect(await conc(['run', 'demo/greet', '-p', port], { cwd })).toMatchObject({
      code: 1,
      stderr: "conc: the pool has no task 'demo/greet'.\nIt has no tasks: conc pool up --module\n",
    })
  })

  it('loads modules by path, by path without its ending, and by the name of a package', async () => {
    const own = join(cwd, 'app')
    mkdirSync(join(own, 'node_modules', 'own-tasks'), { recursive: true })
    writeFileSync(
      join(own, 'node_modules', 'own-tasks', 'package.json'),
      '{"type":"module","exports":"./main.js"}',
    )
    writeFileSync(
      join(own, 'node_modules', 'own-tasks', 'main.js'),
      `import { task } from '@conc/core'\nexport const one = task('own/one', () => 1)`,
    )
    symlinkSync(join(cwd, 'tasks.js'), join(own, 'plain.mjs'))
    const child = start(['pool', 'up', '-b', '1', '-m', 'own-tasks', '--module', 'plain'], {
      cwd: own,
    })
    await child.says('ready ')
    const [, port = ''] = /port=(\d+)/.exec(child.stdout) ?? []
    const results = ['own/one', 'demo/tick'].map((task) => conc(['run', task, '-p', port], { cwd }))
    expect((await Promise.all(results)).map(({ stdout }) => stdout)).toEqual(['1\n', '1\n'])
    child.process.kill('SIGKILL')
  })

  it('bounds what a call may be, how many wait, and how long a worker lives', async () => {
    const pool = await pools.up(
      ...['-c', '1', '--max-payload', '1kb', '--queue-limit', '1', '--max-tasks-per-worker', '3'],
    )
    expect(await pools.call(pool, 'run', 'demo/big', '5000')).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/PayloadTooLargeError: .* the limit is 1024\.\n$/),
    })
    const gate = join(cwd, 'bounded')
    const held = pools.begin(pool, 'run', 'demo/until', JSON.stringify(gate))
    await pool.child.says('until has begun', 'stderr')
    const waiting = pools.begin(pool, 'run', 'demo/pid')
    await pool.child.says(/(session open[\s\S]*){3}/, 'stderr')
    while ((await statusOf(pool)).load.waiting < 1);
    expect(await pools.call(pool, 'run', 'demo/pid')).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/QueueFullError: .* its queueLimit\. .*\n$/),
    })
    folder.write('bounded', '')
    await held.ended
    const { stdout: first } = await waiting.ended
    await pool.child.says('is replaced', 'stderr')
    expect((await pools.call(pool, 'run', 'demo/pid')).stdout).not.toBe(first)
  })

  it('replaces a worker that has grown beyond --max-rss', async () => {
    const pool = await pools.up('--max-rss', '1mb')
    const first = await pools.call(pool, 'run', 'demo/pid')
    await pool.child.says('is replaced', 'stderr')
    expect((await pools.call(pool, 'run', 'demo/pid')).stdout).not.toBe(first.stdout)
  })

  it('lets only calls with its tags choose', async () => {
    const pool = await pools.up('--tag', 'gpu', '--tag', 'red')
    const run = (...tags: string[]): ReturnType<typeof conc> =>
      pools.call(pool, 'run', 'demo/tick', ...tags.flatMap((tag) => ['--tag', tag]))
    const [both, blue] = await Promise.all([run('red', 'gpu'), run('blue')])
    expect(both.code).toBe(0)
    expect(blue.stderr).toContain('has all of the tags blue. There are: gpu, red.\n')
  })

  it('is ready with a quorum, and gives up where there is none in time', async () => {
    const module = ['-m', './once.js', '-b', '2', '--quorum', '1']
    const some = pools.start('pool', 'up', ...module)
    const none = conc(['pool', 'up', '-m', './hangs.js', '-b', '1', '--startup-timeout', '300ms'], {
      cwd,
    })
    await some.says(/^ready .* breadth=2 /)
    const { code, stderr } = await none
    expect(code).toBe(5)
    expect(stderr).toMatch(/\nconc: .* was not ready within 300 ms\.\n$/)
  })

  it('ends with 5 when all of its workers have failed', async () => {
    const child = pools.start('pool', 'up', '-m', './mortal.js', '-b', '1')
    await child.says('ready ')
    const [, port = ''] = /port=(\d+)/.exec(child.stdout) ?? []
    folder.write('doom', '')
    expect((await conc(['run', 'demo/die', '-p', port], { cwd })).code).toBe(1)
    expect(await child.ended).toMatchObject({
      code: 5,
      stderr: expect.stringMatching(
        /conc: no worker is left: they die too often\. The last one: .*exit code 7\.\n$/,
      ),
    })
    expect((await conc(['pool', 'ls', '--json'], { cwd })).stdout).not.toContain(`"port":${port},`)
  })

  it('debugs each worker at a port of its own, and writes profiles', async () => {
    const profiles = join(cwd, 'profiles')
    const pool = await pools.up('-b', '2', '--inspect', '0', '--cpu-prof', profiles)
    const ports = [...pool.child.stderr.matchAll(/listening on ws:\/\/127\.0\.0\.1:(\d+)/g)]
    expect(new Set(ports.map(([, port]) => port)).size).toBe(2)
    pool.child.process.kill('SIGTERM')
    await pool.child.ended
    expect(readdirSync(profiles).filter((name) => name.endsWith('.cpuprofile'))).toHaveLength(2)
  })

  it('stops when nobody has been there for --idle-timeout', async () => {
    const { child } = await pools.up('--idle-timeout', '50')
    expect((await child.ended).code).toBe(0)
  })

  it('opens to others where --insecure says so', async () => {
    const taken = await pools.up()
    const args = ['pool', 'up', '--host', '0.0.0.0', '--insecure', '-m', './tasks.js', '-b', '1']
    const { code, stderr } = await conc([...args, '-p', taken.port], { cwd })
    expect({ code, stderr }).toMatchObject({
      code: 5,
      stderr: expect.stringContaining(`conc: port ${taken.port} on 0.0.0.0 is in use.\n`),
    })
  })
})

async function statusOf(pool: RunningPool): Promise<{ load: { waiting: number } }> {
  return JSON.parse((await pools.call(pool, 'pool', 'status', '--json')).stdout)
}
