import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync } from 'node:fs'
import { type AddressInfo, createServer } from 'node:net'
import { availableParallelism } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Conc, conc, type Ended, Folder, start } from './conc.js'
import { brokenModule, emptyModule, tasksModule } from './tasks.js'

const folder = new Folder({
  'tasks.js': tasksModule,
  'broken.js': brokenModule,
  'empty.js': emptyModule,
  'flow.js': `
    import { weave } from '@conc/weave'
    import { add, fail, until, wait } from './tasks.js'
    export const sum = weave().do('sum', { args: () => [1, 2] }, add)
    export const gated = weave().do('gated', { args: () => ['./queue-gate'] }, until)
    export const endless = weave().do('endless', { args: () => [60000] }, wait)
    export const broken = weave().do('bad', { args: () => [] }, fail)`,
})
const cwd = folder.path
const workers = new Set<Conc>()
let redis: ChildProcess | undefined
let url = process.env.REDIS_URL ?? ''

beforeAll(async () => {
  if (url !== '') return
  const port = await freePort()
  const flags = ['--port', `${port}`, '--bind', '127.0.0.1', '--save', '', '--dir', cwd]
  redis = spawn('redis-server', flags, { stdio: ['ignore', 'pipe', 'ignore'] })
  for await (const text of redis.stdout ?? []) if (`${text}`.includes('Ready to accept')) break
  redis.stdout?.resume()
  url = `redis://127.0.0.1:${port}`
})
afterAll(async () => {
  for (const { process } of workers) process.kill('SIGKILL')
  await Promise.all([...workers].map(({ ended }) => ended))
  redis?.kill()
  folder.remove()
})

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  server.close()
  return port
}

let queues = 0

/** A queue that nobody else has, and what one does with it. */
class Queue {
  readonly name = `cli-${process.pid}-${Date.now()}-${++queues}`
  readonly #at = ['--queue', this.name]
  readonly #env = { REDIS_URL: url }

  async worker(...args: string[]): Promise<Conc> {
    const flags = ['--engine', 'bullmq', '-m', './tasks.js', ...this.#at, ...args]
    const worker = start(['worker', ...flags], { cwd, env: this.#env })
    workers.add(worker)
    await worker.says(/^ready .*\n/)
    return worker
  }

  async workerAsJson(): Promise<Conc> {
    const flags = ['--engine', 'bullmq', '-m', './tasks.js', '--json', ...this.#at]
    const worker = start(['worker', ...flags], { cwd, env: this.#env })
    workers.add(worker)
    await worker.says('\n')
    return worker
  }

  run(...args: string[]): Promise<Ended> {
    return conc([...args, ...this.#at], { cwd, env: this.#env })
  }

  weave(name: string): Conc {
    const on = ['-q', '--on', `${url}/${this.name}`]
    return start(['weave', 'run', `./flow.js#${name}`, ...on], { cwd, env: this.#env })
  }
}

describe('conc worker', () => {
  it('says one line when it takes jobs, and ends with 0 when they are done', async () => {
    const queue = new Queue()
    const worker = await queue.worker('-c', '1')
    const { pid } = worker.process
    const ready = `ready engine=bullmq queue=${queue.name} concurrency=1 pid=${pid}\n`
    const run = queue.weave('gated')
    await worker.says('until has begun', 'stderr')
    worker.process.kill('SIGTERM')
    await worker.says('draining: 1 running, 0 waiting; again to cancel\n', 'stderr')
    folder.write('queue-gate', '')
    expect(await worker.ended).toMatchObject({ code: 0, stdout: ready })
    expect(await run.ended).toMatchObject({ code: 0 })
  })

  it('takes as many jobs at a time as there are cores, and tells it as JSON', async () => {
    const worker = await new Queue().workerAsJson()
    expect(JSON.parse(worker.stdout)).toMatchObject({
      event: 'ready',
      engine: 'bullmq',
      concurrency: availableParallelism(),
    })
    worker.process.kill('SIGQUIT')
    expect((await worker.ended).code).toBe(131)
  })

  it('cancels after the second signal and after --shutdown-timeout, and the third one ends it', async () => {
    const [twice, late, thrice] = await Promise.all(
      [[], ['--shutdown-timeout', '100ms'], []].map(async (flags) => {
        const queue = new Queue()
        const worker = await queue.worker('-c', '1', ...flags)
        workers.add(queue.weave('endless'))
        await worker.says('wait has begun', 'stderr')
        worker.process.kill('SIGINT')
        await worker.says('draining', 'stderr')
        return worker
      }),
    )
    twice?.process.kill('SIGTERM')
    expect((await twice?.ended)?.code).toBe(143)
    expect(await late?.ended).toMatchObject({
      code: 130,
      stderr: expect.stringContaining('not drained within 100ms: 1 running'),
    })
    for (const _ of [1, 2]) thrice?.process.kill('SIGINT')
    expect((await thrice?.ended)?.code).toBe(130)
  })

  it('runs only jobs that its --signing-key-file has signed', async () => {
    folder.write('signing-key', 'a key that signs the jobs of it')
    chmodSync(join(cwd, 'signing-key'), 0o600)
    const queue = new Queue()
    await queue.worker('--signing-key-file', 'signing-key')
    const { code, stderr } = await queue.weave('sum').ended
    expect(code).toBe(1)
    expect(stderr).toMatch(/^conc: task 'sum' failed: .*sign/)
  })

  it('does not start without its options, its modules or its Redis', async () => {
    const engine = ['worker', '--engine', 'bullmq']
    const [none, missing, broken, gone, empty] = await Promise.all([
      conc(engine, { cwd }),
      conc([...engine, '-m', './nix.js'], { cwd }),
      conc([...engine, '-m', './broken.js'], { cwd, env: { REDIS_URL: url } }),
      conc([...engine, '-m', './tasks.js', '--redis-url', 'redis://127.0.0.1:1'], { cwd }),
      conc([...engine, '-m', './empty.js'], { cwd, env: { REDIS_URL: url } }),
    ])
    expect([none, missing, broken, gone, empty].map(({ code }) => code)).toEqual([2, 5, 5, 3, 5])
    expect(empty.stderr).toMatch(
      /^conc: \.\/empty\.js declares no task; it exports answer\.\nDeclare one: /,
    )
    expect(none.stderr).toMatch(/^conc: worker needs --module\.\n/)
    expect(missing.stderr).toBe('conc: cannot load ./nix.js: no such file.\n')
    expect(broken.stderr).toContain(
      'cannot load ./broken.js: RangeError: not today (./broken.js:1:7)',
    )
    expect(gone.stderr).toMatch(/^conc: nothing listens on 127\.0\.0\.1:1\.\n/)
  })
})

describe('conc dlq', () => {
  it('lists, retries and forgets failed jobs', async () => {
    const queue = new Queue()
    const worker = await queue.worker()
    const broken = await queue.weave('broken').ended
    expect(broken.code).toBe(1)
    expect(broken.stderr).toContain("conc: task 'bad' failed: TypeError: boom\n")
    const [letter] = JSON.parse((await queue.run('dlq', 'ls', '--json')).stdout)
    expect(letter).toMatchObject({ task: 'demo/fail', reason: 'TypeError: boom', attempts: 1 })
    expect((await queue.run('dlq', 'ls')).stdout).toMatch(
      /^ID +TASK +FAILED AT +ATTEMPTS +REASON\n.* demo\/fail .* TypeError: boom\n$/,
    )
    expect((await queue.run('dlq', 'retry', letter.id)).stdout).toBe(`${letter.id}\n`)
    for (let count = 0; count < 1; ) {
      count = JSON.parse((await queue.run('dlq', 'ls', '--json')).stdout).length
    }
    await queue.weave('broken').ended
    expect(
      JSON.parse((await queue.run('dlq', 'ls', '--json', '--limit', '1')).stdout),
    ).toHaveLength(1)
    expect((await queue.run('dlq', 'rm', letter.id, '--json')).stdout).toBe(
      `{"id":"${letter.id}"}\n`,
    )
    expect(await queue.run('dlq', 'retry', letter.id)).toMatchObject({
      code: 1,
      stderr: `conc: No failed job has the id '${letter.id}'.\nconc dlq ls lists those that there are.\n`,
    })
    worker.process.kill('SIGTERM')
    expect((await worker.ended).code).toBe(0)
  })

  it('is not reached where nothing listens', async () => {
    const port = await freePort()
    expect(
      await conc(['dlq', 'ls', '--redis-url', `redis://127.0.0.1:${port}`], { cwd }),
    ).toMatchObject({
      code: 3,
      stderr: expect.stringMatching(`^conc: nothing listens on 127.0.0.1:${port}.\n`),
    })
  })
})
