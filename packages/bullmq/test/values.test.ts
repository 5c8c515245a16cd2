import { IdempotencyConflictError, PayloadTooLargeError, SerializationError } from '@conc/core'
import { Redis } from 'ioredis'
import { describe, expect, it } from 'vitest'
import { add, echo, fill, fills, flaky, note, size } from './fixtures/tasks.mjs'
import { Journal, later, QueueUnderTest, url } from './queue-under-test.js'

async function keysOf(queue: QueueUnderTest, pattern: string): Promise<string[]> {
  const redis = new Redis(url)
  later(async () => redis.disconnect())
  return await redis.keys(`conc:{conc-${queue.where.queue}}:${pattern}`)
}

describe('large values', () => {
  it('go through the blob store, both ways, and the arguments are not left behind', async () => {
    const queue = new QueueUnderTest()
    await queue.worker()
    const bull = queue.executor()
    expect(await size.on(bull)(new Uint8Array(600_000))).toBe(600_000)
    expect((await fill.on(bull)(300_000)).byteLength).toBe(300_000)
    await bull.close()
    expect(await keysOf(queue, 'blob:*args*')).toEqual([])
  })

  it('can be kept elsewhere', async () => {
    const queue = new QueueUnderTest()
    const kept = new Map<string, Uint8Array>()
    const blobs = {
      put: async (id: string, bytes: Uint8Array) => void kept.set(id, bytes),
      get: async (id: string) => kept.get(id),
      delete: async (id: string) => void kept.delete(id),
    }
    await queue.worker({ blobs })
    expect(await size.on(queue.executor({ blobs, inlineBytes: 100 }))(new Uint8Array(500))).toBe(
      500,
    )
    expect(await keysOf(queue, 'blob:*')).toEqual([])
  })

  it('that are gone end their stream, and its body', async () => {
    const queue = new QueueUnderTest()
    const blobs = { put: async () => {}, get: async () => undefined, delete: async () => {} }
    await queue.worker({ blobs })
    const bull = queue.executor({ blobs })
    const items = bull.stream(fills, [60, 100_000])
    await expect(items.next()).rejects.toThrow(SerializationError)
    await bull.close()
  })

  it('over maxPayloadBytes are refused at the submit, with size, limit and path', async () => {
    const bull = new QueueUnderTest().executor({ maxPayloadBytes: 1000 })
    const error: unknown = await size
      .on(bull)(new Uint8Array(2000))
      .catch((e: unknown) => e)
    expect(error).toBeInstanceOf(PayloadTooLargeError)
    expect(error).toMatchObject({ limit: 1000, started: false })
  })

  it('that cannot travel are named by their path', async () => {
    const bull = new QueueUnderTest().executor()
    const error: unknown = await echo
      .on(bull)({ deep: [() => {}] })
      .catch((e: unknown) => e)
    expect(error).toBeInstanceOf(SerializationError)
    expect(error).toMatchObject({ path: 'args[0].deep[0]' })
  })

  it('are copies of what they were at the submit', async () => {
    const queue = new QueueUnderTest()
    const value = { list: [1] }
    const call = echo.on(queue.executor())(value)
    value.list.push(2)
    await queue.worker()
    expect(await call).toEqual({ list: [1] })
  })
})

describe('an idempotency key', () => {
  it('makes calls join one job, whoever submits them', async () => {
    const queue = new QueueUnderTest()
    const [one, other] = [queue.executor(), queue.executor()]
    const options = { idempotencyKey: 'k', retry: 1 }
    const calls = [one.submit(flaky, [1], options), other.submit(flaky, [1], options)]
    calls.push(one.submit(flaky, [1], options))
    await queue.worker()
    expect(await Promise.all(calls)).toEqual([2, 2, 2])
    expect((await one.stats()).completed).toBe(1)
  })

  it('gives the kept result of a job that has ended', async () => {
    const queue = new QueueUnderTest()
    await queue.worker()
    const first = queue.executor()
    expect(await first.submit(add, [1, 2], { idempotencyKey: 'k' })).toBe(3)
    await first.close()
    expect(await queue.executor().submit(add, [1, 2], { idempotencyKey: 'k' })).toBe(3)
  })

  it('is refused with other arguments', async () => {
    const queue = new QueueUnderTest()
    await queue.worker()
    const bull = queue.executor()
    await bull.submit(add, [1, 2], { idempotencyKey: 'k' })
    const call = bull.submit(add, [1, 3], { idempotencyKey: 'k' })
    await expect(call).rejects.toBeInstanceOf(IdempotencyConflictError)
  })

  it('lets one of several callers leave without the others', async () => {
    const queue = new QueueUnderTest()
    const bull = queue.executor()
    const abort = new AbortController()
    const leaves = bull.submit(add, [1, 2], { idempotencyKey: 'k', signal: abort.signal })
    const stays = bull.submit(add, [1, 2], { idempotencyKey: 'k' })
    await bull.ready()
    abort.abort(new Error('bye'))
    await expect(leaves).rejects.toThrow('bye')
    await queue.worker()
    expect(await stays).toBe(3)
  })
  it('is free again where its call was cancelled before its job began', async () => {
    const queue = new QueueUnderTest()
    const journal = new Journal()
    await queue.worker({ concurrency: 1 })
    const bull = queue.executor()
    const [busy, first] = [new AbortController(), new AbortController()]
    const before = bull.submit(note, [journal.file, 'before', true], { signal: busy.signal })
    before.catch(() => {})
    await journal.has('begin before')
    const call = bull.submit(add, [1, 2], { idempotencyKey: 'k', signal: first.signal })
    await expect.poll(async () => (await bull.stats()).waiting).toBe(1)
    first.abort(new Error('bye'))
    await expect(call).rejects.toThrow('bye')
    await expect.poll(async () => (await bull.stats()).waiting).toBe(0)
    const again = bull.submit(add, [1, 2], { idempotencyKey: 'k' })
    await expect.poll(async () => (await bull.stats()).waiting).toBe(1)
    busy.abort()
    expect(await again).toBe(3)
  })

  it('is free again where its call was cancelled while its job ran, once that is forgotten', async () => {
    const queue = new QueueUnderTest()
    const journal = new Journal()
    const first = await queue.worker({ concurrency: 1 })
    const bull = queue.executor({ cancelPolicy: 'hold' })
    const abort = new AbortController()
    const call = bull.submit(note, [journal.file, 'a', true], {
      idempotencyKey: 'k',
      signal: abort.signal,
    })
    const rejected = expect(call).rejects.toThrow('bye')
    await journal.has('begin a')
    // It hears of the cancel, and has nothing to cancel.
    await queue.worker({ concurrency: 1 })
    abort.abort(new Error('bye'))
    await rejected
    await first.close()
    for await (const { id } of bull.deadLetters.list()) await bull.deadLetters.remove(id)
    const again = queue.executor().submit(note, [journal.file, 'b'], { idempotencyKey: 'k' })
    expect(await again).toBe('b')
  })
})
