import { Redis } from 'ioredis'

/** Removes what the queues of a round left in Redis: results and failures are kept there for long. */
export async function clearQueues(url: string, runId: string): Promise<void> {
  const redis = new Redis(url)
  try {
    const pattern = `conc:{conc-fuzz-${runId}-*`
    for await (const keys of redis.scanStream({ match: pattern, count: 1000 })) {
      if (keys.length > 0) await redis.unlink(keys)
    }
  } finally {
    redis.disconnect()
  }
}
