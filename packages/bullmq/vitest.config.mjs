import { execFileSync } from 'node:child_process'
import { defineConfig } from 'vitest/config'

const withoutRedis = ['test/dispatcher.property.test.ts', 'test/options.test.ts']

// Where there is no Redis, only what needs none is run, and that is said. In CI it is a failure.
const hasRedis = process.env.REDIS_URL !== undefined || hasServer()
if (!hasRedis) {
  const missing = 'bullmq: no REDIS_URL and no redis-server on PATH'
  if (process.env.CI) throw new Error(`${missing}.`)
  console.warn(`${missing}, all tests but ${withoutRedis.join(' and ')} are skipped`)
}

export default defineConfig({
  test: {
    testTimeout: 60_000,
    ...(hasRedis ? { globalSetup: 'test/start-redis.ts' } : { include: withoutRedis }),
  },
})

function hasServer() {
  try {
    execFileSync('redis-server', ['--version'], { stdio: 'ignore' })
    return true
  } catch {
    return false
  }
}
