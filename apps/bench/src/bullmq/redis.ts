import { freePort, hasServer, startServer } from '../harness/own-server.js'

let starting: Promise<string> | undefined

/** Whether there is a Redis to measure on. */
export function hasRedis(): boolean {
  return Boolean(process.env.REDIS_URL) || hasServer('redis-server')
}

/** The Redis of `REDIS_URL`, else one of this process on a free loopback port, which ends with it. */
export function redisUrl(): Promise<string> {
  starting ??= process.env.REDIS_URL ? Promise.resolve(process.env.REDIS_URL) : startRedis()
  return starting
}

async function startRedis(): Promise<string> {
  const port = await freePort()
  const flags = ['--port', `${port}`, '--bind', '127.0.0.1', '--save', '']
  await startServer('redis-server', flags, 'Ready to accept')
  return `redis://127.0.0.1:${port}`
}
