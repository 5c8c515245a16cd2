import { inline, task } from '@conc/core'
import { deferred } from '@conc/core/internal'
import { describe, expect, it } from 'vitest'
import { echo } from './fixtures/tasks.mjs'
import { later, QueueUnderTest, url } from './queue-under-test.js'
import { RedisProxy } from './redis-proxy.js'

let proxy: RedisProxy

/** Breaks the connections before it answers; they are mended when what follows has been tried. */
const answerOnce = task('bull-test/answer-once', async (size: number) => {
  await proxy.shut()
  setImmediate(() => setImmediate(() => proxy.open()))
  return new Uint8Array(size)
})

const isAWindowAhead = deferred()

const windowful = task('bull-test/windowful', async function* (upTo: number) {
  for (let n = 1; n <= upTo; n++) {
    if (n === 16) setImmediate(() => isAWindowAhead.resolve())
    yield n
  }
})

async function proxied(): Promise<{ queue: QueueUnderTest; behind: { url: string } }> {
  proxy = await RedisProxy.to(url)
  later(() => proxy[Symbol.asyncDispose]())
  return { queue: new QueueUnderTest(), behind: { url: proxy.url } }
}

describe('a connection that breaks', { timeout: 30_000 }, () => {
  it('of a worker: a large result is kept when it is back', async () => {
    const { queue, behind } = await proxied()
    await queue.worker({ ...behind, executor: inline() })
    const result = await queue.executor().submit(answerOnce, [100_000])
    expect(result).toHaveLength(100_000)
  })

  it('of a submitter: large arguments are kept when it is back', async () => {
    const { queue, behind } = await proxied()
    await queue.worker()
    const bull = queue.executor({ ...behind, inlineBytes: 100 })
    expect(await bull.submit(echo, ['first'])).toBe('first')
    await proxy.shut()
    const answer = bull.submit(echo, ['x'.repeat(5000)])
    setImmediate(() => proxy.open())
    expect(await answer).toHaveLength(5000)
  })

  it('of a submitter: a call that is cancelled meanwhile does not run', async () => {
    const { queue, behind } = await proxied()
    const bull = queue.executor(behind)
    const controller = new AbortController()
    const call = bull.submit(echo, ['never'], { signal: controller.signal })
    const stats = queue.executor()
    await expect.poll(async () => (await stats.stats()).waiting).toBe(1)
    await proxy.shut()
    controller.abort(new Error('no more'))
    await expect(call).rejects.toThrow('no more')
    setImmediate(() => proxy.open())
    await expect.poll(async () => (await stats.stats()).waiting).toBe(0)
  })

  it('of a submitter: what it asks for of a stream is asked for again', async () => {
    const { queue, behind } = await proxied()
    await queue.worker({ executor: inline() })
    const items = queue.executor(behind).stream(windowful, [60])
    expect((await items.next()).value).toBe(1)
    await isAWindowAhead.promise
    // All that was made is read with the second one, and asked for more on the way through it.
    expect((await items.next()).value).toBe(2)
    await proxy.shut()
    for (let n = 3; n <= 16; n++) expect((await items.next()).value).toBe(n)
    setImmediate(() => proxy.open())
    for (let n = 17; n <= 60; n++) expect((await items.next()).value).toBe(n)
    expect((await items.next()).done).toBe(true)
  })

  it('of a submitter: it still tells how its queue is', async () => {
    const { queue, behind } = await proxied()
    const bull = queue.executor(behind)
    await bull.stats()
    await proxy.shut()
    const stats = bull.stats()
    setImmediate(() => proxy.open())
    expect(await stats).toMatchObject({ waiting: 0, workers: [] })
  })
})
