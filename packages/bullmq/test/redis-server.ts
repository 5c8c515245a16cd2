import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** A Redis for tests: one that is there already, or one that is started here on a free loopback port. */
export interface TestRedis {
  readonly url: string
  stop(): Promise<void>
}

export function hasServer(): boolean {
  try {
    execFileSync('redis-server', ['--version'], { stdio: 'ignore' })
    return true
  } catch {
    return false
  }
}

/** A server of our own, whatever the environment says. @param flags as on the command line. */
export class OwnRedis implements TestRedis {
  readonly port: number
  readonly #folder: string
  readonly #flags: readonly string[]
  #process: ChildProcess | undefined

  private constructor(port: number, flags: readonly string[]) {
    this.port = port
    this.#flags = flags
    this.#folder = mkdtempSync(join(tmpdir(), 'conc-redis-'))
  }

  static async start(...flags: string[]): Promise<OwnRedis> {
    const redis = new OwnRedis(await freePort(), flags)
    await redis.start()
    return redis
  }

  get url(): string {
    return `redis://127.0.0.1:${this.port}`
  }

  async start(): Promise<void> {
    const child = spawn(
      'redis-server',
      [
        '--port',
        `${this.port}`,
        '--bind',
        '127.0.0.1',
        '--save',
        '',
        '--dir',
        this.#folder,
        ...this.#flags,
      ],
      { stdio: ['ignore', 'pipe', 'ignore'] },
    )
    this.#process = child
    let text = ''
    for await (const chunk of child.stdout as AsyncIterable<Buffer>) {
      text += chunk
      if (text.includes('Ready to accept connections')) break
    }
    child.stdout?.resume()
    if (!text.includes('Ready to accept')) throw new Error(`redis-server did not start:\n${text}`)
  }

  async kill(): Promise<void> {
    const child = this.#process
    if (!child || child.exitCode !== null || child.signalCode !== null) return
    child.kill('SIGKILL')
    await once(child, 'exit')
  }

  async stop(): Promise<void> {
    await this.kill()
    rmSync(this.#folder, { recursive: true, force: true })
  }
}

/** The Redis of `REDIS_URL`, else one of our own. */
export async function testRedis(): Promise<TestRedis> {
  const url = process.env.REDIS_URL
  if (url) return { url, stop: async () => {} }
  return await OwnRedis.start()
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  server.close()
  await once(server, 'close')
  return typeof address === 'object' && address ? address.port : 0
}
