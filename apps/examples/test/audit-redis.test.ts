import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { makeTree } from './file-tree.js'
import { runProgram } from './program.js'

const worker = fileURLToPath(new URL('../dist/audit-worker.js', import.meta.url))
const endings: (() => Promise<void>)[] = []
let redis: string

beforeAll(async () => {
  redis = hasServer() ? await startRedis() : ''
})

afterAll(async () => {
  for (const end of endings.reverse()) await end()
})

// Where there is no Redis, the package of the queue says so; in CI there is one.
describe.skipIf(!hasServer())('audit on a queue', { timeout: 60_000 }, () => {
  it('prints the same report when one of two workers is killed on the way', async () => {
    const root = await makeTree(packages(60))
    const where = `${redis}/audit`
    const [victim] = [await startWorker(where), await startWorker(where)]
    const there = runProgram(root, '--json', '--on', where)
    const here = await runProgram(root, '--json')
    await victim.kill()
    const { code, stdout, stderr } = await there
    expect([code, stderr]).toEqual([0, ''])
    expect(JSON.parse(stdout).report).toEqual(JSON.parse(here.stdout).report)
  })

  it('says in one sentence that there is no Redis, and ends with 2', async () => {
    const root = await makeTree(packages(1))
    const { code, stderr } = await runProgram(root, '--on', 'redis://127.0.0.1:1/audit')
    expect(code).toBe(2)
    expect(stderr).toBe('No connection to Redis at 127.0.0.1:1.\n')
  })
})

function packages(count: number): Record<string, string | object> {
  const files = Array.from({ length: count }, (_, n) => [
    [`node_modules/p${n}/package.json`, { name: `p${n}`, version: '1.0.0', license: 'MIT' }],
    [`node_modules/p${n}/index.js`, `export default ${n % 7}\n`.repeat(5000)],
  ])
  return Object.fromEntries(files.flat())
}

async function startWorker(where: string): Promise<{ kill(): Promise<void> }> {
  const child = spawn(process.execPath, [worker, where], { stdio: ['ignore', 'pipe', 'inherit'] })
  const kill = async (): Promise<void> => {
    if (child.exitCode !== null || child.signalCode !== null) return
    child.kill('SIGKILL')
    await once(child, 'exit')
  }
  endings.push(kill)
  await once(child.stdout, 'data')
  return { kill }
}

async function startRedis(): Promise<string> {
  if (process.env.REDIS_URL) return process.env.REDIS_URL.replace(/\/\d*$/, '')
  const folder = mkdtempSync(join(tmpdir(), 'audit-redis-'))
  const port = await freePort()
  const flags = ['--port', `${port}`, '--bind', '127.0.0.1', '--save', '', '--dir', folder]
  const server = spawn('redis-server', flags, { stdio: ['ignore', 'pipe', 'ignore'] })
  endings.push(async () => {
    server.kill('SIGKILL')
    await once(server, 'exit')
    rmSync(folder, { recursive: true, force: true })
  })
  for await (const text of server.stdout) if (String(text).includes('Ready to accept')) break
  return `redis://127.0.0.1:${port}`
}

function hasServer(): boolean {
  if (process.env.REDIS_URL) return true
  try {
    execFileSync('redis-server', ['--version'], { stdio: 'ignore' })
    return true
  } catch {
    return false
  }
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  server.close()
  return typeof address === 'object' && address ? address.port : 0
}
