import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync } from 'node:fs'
import { createServer, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

let starting: Promise<string> | undefined

/** Whether there is a Redis to measure on. */
export function hasRedis(): boolean {
  if (process.env.REDIS_URL) return true
  try {
    execFileSync('redis-server', ['--version'], { stdio: 'ignore' })
    return true
  } catch {
    return false
  }
}

/** The Redis of `REDIS_URL`, else one of this process on a free loopback port, which ends with it. */
export function redisUrl(): Promise<string> {
  starting ??= process.env.REDIS_URL ? Promise.resolve(process.env.REDIS_URL) : startRedis()
  return starting
}

async function startRedis(): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), 'bench-redis-'))
  const port = await freePort()
  const flags = ['--port', `${port}`, '--bind', '127.0.0.1', '--save', '', '--dir', folder]
  // A contestant may be killed, and then says goodbye to nobody: its end closes the pipe that the shell reads.
  const script = 'redis-server "$@" & cat > /dev/null; kill $!; rm -rf "$0"'
  const server = spawn('sh', ['-c', script, folder, ...flags], {
    stdio: ['pipe', 'pipe', 'ignore'],
  })
  for await (const text of server.stdout) if (String(text).includes('Ready to accept')) break
  server.stdout.destroy()
  server.unref()
  ;(server.stdin as Socket).unref()
  return `redis://127.0.0.1:${port}`
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  server.close()
  return typeof address === 'object' && address ? address.port : 0
}
