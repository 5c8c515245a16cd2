import { connect, createServer } from 'node:net'
import { BullExecutor, EngineError, runBullWorker } from '@conc/bullmq'
import { channels, withExecutor } from '@conc/core'
import { Redis } from 'ioredis'
import { describe, expect, it } from 'vitest'
import { add, count, note, parent } from './fixtures/tasks.mjs'
import { Journal, later, tasksModule } from './queue-under-test.js'
import { hasServer, OwnRedis } from './redis-server.js'

async function ownRedis(...flags: string[]): Promise<OwnRedis> {
  const redis = await OwnRedis.start(...flags)
  later(() => redis.stop())
  return redis
}

/** A Redis that says it is another one: in what it sends, each `text` is replaced by another of the same length. */
async function pretending(port: number, text: RegExp, other: string): Promise<string> {
  const server = createServer((client) => {
    const redis = connect(port, '127.0.0.1')
    client.pipe(redis)
    redis.on('data', (bytes) =>
      client.write(bytes.toString('latin1').replace(text, other), 'latin1'),
    )
    for (const socket of [client, redis]) {
      socket.on('error', () => {})
      socket.on('close', () => [client, redis].map((one) => one.destroy()))
    }
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  later(async () => void server.close())
  return `redis://127.0.0.1:${(server.address() as { port: number }).port}`
}

/** What is warned of until an executor at `url` is ready. */
async function warningsAt(url: string): Promise<unknown[]> {
  const records: unknown[] = []
  const listen = (record: unknown): void => void records.push(record)
  channels.log.subscribe(listen)
  const bull = new BullExecutor({ url })
  later(() => bull.close())
  await bull.ready()
  channels.log.unsubscribe(listen)
  return records
}

describe.skipIf(!hasServer())('a Redis, when it is connected to,', () => {
  it('is refused where it is older than 6.2, with what to use', async () => {
    const { port } = await ownRedis()
    const url = await pretending(port, /redis_version:\d\.\d/, 'redis_version:6.1')
    const bull = new BullExecutor({ url })
    later(() => bull.close())
    await expect(bull.ready()).rejects.toThrow(/^Redis 6\.1.* is too old .*use Redis 6\.2 or newer/)
    await expect(bull.ready()).rejects.toBeInstanceOf(EngineError)
  })

  it('is lost where it has no room for all connections', async () => {
    const lost = { code: 'CONC_CONNECTION_LOST' }
    const full = await ownRedis('--maxclients', '1')
    const bull = new BullExecutor({ url: full.url })
    later(() => bull.close({ pending: 'reject' }))
    await expect(bull.submit(add, [1, 2])).rejects.toMatchObject(lost)
    const { url } = await ownRedis('--maxclients', '3')
    await expect(runBullWorker({ url, modules: [tasksModule] })).rejects.toMatchObject(lost)
  })

  it('is warned of where a crash would lose jobs', async () => {
    const unsafe = await ownRedis('--appendonly', 'no')
    expect(await warningsAt(unsafe.url)).toEqual([
      expect.objectContaining({
        level: 'warn',
        pid: process.pid,
        message: expect.stringContaining('Set appendonly yes.'),
      }),
    ])
    const safe = await ownRedis('--appendonly', 'yes')
    expect(await warningsAt(safe.url)).toEqual([])
  })

  it('is warned of where payloads would travel in clear', async () => {
    const { port } = await ownRedis('--appendonly', 'yes')
    // Another name of this machine, which nothing tells from a remote one.
    const records = await warningsAt(`redis://0.0.0.0:${port}`)
    const message = 'Redis on 0.0.0.0 is used without TLS: payloads travel in clear.'
    expect(records).toEqual([expect.objectContaining({ level: 'warn', message })])
  })

  it('needs to give no more rights than the README asks for', async () => {
    const redis = await ownRedis()
    const admin = new Redis(redis.url)
    later(async () => admin.disconnect())
    const rights = '~conc:* &conc:* +@all -@admin -@dangerous +info'.split(' ')
    await admin.call('ACL', 'SETUSER', 'conc', 'on', '>secret', ...rights)
    const url = `redis://conc:secret@127.0.0.1:${redis.port}`
    const bull = new BullExecutor({ url })
    later(() => bull.close({ pending: 'reject', timeoutMs: 5000 }))
    const worker = await runBullWorker({ url, modules: [tasksModule] })
    expect(await add.on(bull)(1, 2)).toBe(3)
    const items: number[] = []
    for await (const item of count.on(bull)(3)) items.push(item)
    expect(items).toHaveLength(3)
    expect(await parent.on(bull)(2)).toBe(2)
    const journal = new Journal()
    const controller = new AbortController()
    const call = note.with({ signal: controller.signal })
    const cancelled = withExecutor(bull, () => call(journal.file, 'it', true))
    await journal.has('begin it')
    controller.abort('enough')
    await expect(cancelled).rejects.toBe('enough')
    await journal.has('stop it')
    expect((await bull.stats()).workers).toHaveLength(1)
    await worker.close()
    expect(await admin.call('ACL', 'LOG')).toEqual([])
  })
  it('leaves no worker behind that may not say that it is there', async () => {
    const redis = await ownRedis()
    const admin = new Redis(redis.url)
    later(async () => admin.disconnect())
    await admin.call('ACL', 'SETUSER', 'conc', 'on', '>secret', '~*', '&*', '+@all', '-zadd')
    const url = `redis://conc:secret@127.0.0.1:${redis.port}`
    await expect(runBullWorker({ url, modules: [tasksModule] })).rejects.toThrow(/EXECABORT/)
    const clients = async (): Promise<string> => String(await admin.client('LIST'))
    await expect.poll(clients).not.toContain('user=conc')
  })
})
