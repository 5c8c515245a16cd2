import { testRedis } from './redis-server.js'

/** One Redis for all test files; each test has queues of its own. */
export default async function startRedis(): Promise<() => Promise<void>> {
  const redis = await testRedis()
  process.env.REDIS_URL = redis.url
  return () => redis.stop()
}
