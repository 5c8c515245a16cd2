import { BullExecutor, EngineError, runBullWorker } from '@conc/bullmq'
import { type ChannelEvent, ConnectionLostError, channels, QueueFullError } from '@conc/core'
import { Redis } from 'ioredis'
import { describe, expect, it, vi } from 'vitest'
import { add, echo } from './fixtures/tasks.mjs'
import { later, tasksModule } from './queue-under-test.js'
import { hasServer, OwnRedis } from './redis-server.js'

describe.skipIf(!hasServer())('the Redis at hand', () => {
  async function ownRedis(...flags: string[]): Promise<OwnRedis> {
    const redis = await OwnRedis.start(...flags)
    later(() => redis.stop())
    return redis
  }

  it('is refused when it may evict keys, with what to set', async () => {
    const { url } = await ownRedis('--maxmemory-policy', 'allkeys-lru')
    const bull = new BullExecutor({ url })
    await expect(bull.ready()).rejects.toThrow('maxmemory-policy noeviction')
    await expect(add.on(bull)(1, 2)).rejects.toBeInstanceOf(EngineError)
    const worker = runBullWorker({ url, modules: [tasksModule] })
    await expect(worker).rejects.toBeInstanceOf(EngineError)
    await bull.close()
  })

  it('that is full refuses jobs as a full queue does', async () => {
    const redis = await ownRedis()
    const bull = new BullExecutor({ url: redis.url })
    later(() => bull.close({ pending: 'reject', timeoutMs: 1000 }))
    await bull.ready()
    const admin = new Redis(redis.url)
    await admin.config('SET', 'maxmemory', '1')
    await expect(echo.on(bull)('x'.repeat(1000))).rejects.toBeInstanceOf(QueueFullError)
    await admin.config('SET', 'maxmemory', '0')
    admin.disconnect()
  })

  it('that is away is waited for, and then the calls are lost', async () => {
    const redis = await ownRedis()
    await redis.kill()
    const bull = new BullExecutor({ url: redis.url, reconnectMs: 200 })
    const error: unknown = await add
      .on(bull)(1, 2)
      .catch((e: unknown) => e)
    expect(error).toBeInstanceOf(ConnectionLostError)
    await bull.close()
  })

  it('that is away is told of on the channel of workers, and to nobody else', async () => {
    const redis = await ownRedis()
    await redis.kill()
    const events: ChannelEvent[] = []
    const listen = (event: unknown): void => void events.push(event as ChannelEvent)
    channels.worker.subscribe(listen)
    const bull = new BullExecutor({ url: redis.url, reconnectMs: 200 })
    await expect(bull.ready()).rejects.toBeInstanceOf(ConnectionLostError)
    await bull.close()
    channels.worker.unsubscribe(listen)
    expect(events[0]).toMatchObject({ type: 'error', error: { code: 'ECONNREFUSED' } })
  })

  it('is asked about every job after the events of the queue were cut off', async () => {
    const { url } = await ownRedis()
    const bull = new BullExecutor({ url })
    later(() => bull.close({ pending: 'reject', timeoutMs: 5000 }))
    const admin = new Redis(url)
    later(async () => admin.disconnect())
    const call = () => add.on(bull)(1, 2).catch(ignored)
    void call()
    // From here on the two are due at different times.
    await sweepOf(1)
    void call()
    await vi.waitUntil(async () => (await bull.stats()).waiting === 2, { timeout: 20_000 })
    const both = sweepOf(2)
    await cutOffReaders(admin)
    await both
  })

  it('has two connections of an executor, and none after its end', async () => {
    const { url } = await ownRedis()
    const admin = new Redis(url)
    later(async () => admin.disconnect())
    const others = async (): Promise<number> => (await clientsOf(admin)).length - 1
    const bull = new BullExecutor({ url })
    await bull.ready()
    expect(await others()).toBe(2)
    await bull.close()
    await vi.waitUntil(async () => (await others()) === 0, { timeout: 20_000 })
  })

  it('that comes back in time costs nothing', async () => {
    const redis = await ownRedis()
    await redis.kill()
    const bull = new BullExecutor({ url: redis.url })
    const sum = add.on(bull)(1, 2)
    await redis.start()
    const worker = await runBullWorker({ url: redis.url, modules: [tasksModule] })
    expect(await sum).toBe(3)
    await worker.close()
    await bull.close()
  })

  it('that goes away with calls in flight loses them after reconnectMs', async () => {
    const redis = await ownRedis()
    const bull = new BullExecutor({ url: redis.url, reconnectMs: 300 })
    await bull.ready()
    const call = add.on(bull)(1, 2)
    const rejected = expect(call).rejects.toMatchObject({
      code: 'CONC_CONNECTION_LOST',
      started: 'unknown',
    })
    await redis.kill()
    await rejected
    await bull.close({ pending: 'reject', timeoutMs: 1000 })
  })
})

/** Resolves when an executor has asked about so many jobs at once. */
function sweepOf(jobs: number): Promise<void> {
  return new Promise((resolve) => {
    const listen = (message: unknown): void => {
      const event = message as ChannelEvent
      if (event.type !== 'swept' || event.jobs !== jobs) return
      channels.pool.unsubscribe(listen)
      resolve()
    }
    channels.pool.subscribe(listen)
  })
}

/** Ends the connections over which events are read, and no others. */
async function cutOffReaders(admin: Redis): Promise<void> {
  const clients = await clientsOf(admin)
  for (const client of clients.filter((line) => line.includes(' cmd=xread '))) {
    const [, id = ''] = /^id=(\d+)/.exec(client) ?? []
    await admin.client('KILL', 'ID', id)
  }
}

/** A line each. */
async function clientsOf(admin: Redis): Promise<string[]> {
  return String(await admin.client('LIST'))
    .trimEnd()
    .split('\n')
}

function ignored(): void {}
