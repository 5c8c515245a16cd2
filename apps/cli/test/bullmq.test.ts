import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { type AddressInfo, createServer } from 'node:net'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { conc, type Ended, Folder, start } from './conc.js'
import { tasksModule } from './tasks.js'

const folder = new Folder({
  'tasks.js': tasksModule,
  'flow.js': `
    import { weave } from '@conc/weave'
    import { add, fail } from './tasks.js'
    export const sum = weave().do('sum', { args: () => [1, 2] }, add)
    export const broken = weave().do('bad', { args: () => [] }, fail)`,
})
const cwd = folder.path
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
afterAll(() => {
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

describe('a queue', () => {
  it('has a worker, takes the tasks of a weave, and keeps what failed', async () => {
    const queue = `cli-${process.pid}-${Date.now()}`
    const env = { REDIS_URL: url }
    const at = ['--queue', queue]
    const run = (...args: string[]): Promise<Ended> => conc(args, { cwd, env })
    const flags = ['--engine', 'bullmq', '-m', './tasks.js', '-c', '1', ...at]
    const worker = start(['worker', ...flags], { cwd, env })
    await worker.says(/^ready .*\n/)
    const { pid } = worker.process
    expect(worker.stdout).toBe(`ready engine=bullmq queue=${queue} concurrency=1 pid=${pid}\n`)
    const on = ['-q', '--on', `${url}/${queue}`]
    expect((await run('weave', 'run', './flow.js#sum', ...on)).stdout).toBe('{"sum":3}\n')
    const broken = await run('weave', 'run', './flow.js#broken', ...on)
    expect(broken.code).toBe(1)
    expect(broken.stderr).toContain("conc: task 'bad' failed: TypeError: boom\n")
    const [letter] = JSON.parse((await run('dlq', 'ls', '--json', ...at)).stdout)
    expect(letter).toMatchObject({ task: 'demo/fail', reason: 'TypeError: boom' })
    expect((await run('dlq', 'ls', ...at)).stdout).toMatch(/^ID +TASK.*\n.* demo\/fail /)
    worker.process.kill('SIGTERM')
    expect(await worker.ended).toMatchObject({ code: 0 })
    expect((await run('dlq', 'rm', letter.id, ...at)).stdout).toBe(`${letter.id}\n`)
    expect(await run('dlq', 'retry', letter.id, ...at)).toMatchObject({
      code: 1,
      stderr: expect.stringContaining(`conc: No failed job has the id '${letter.id}'.`),
    })
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
