import { BullExecutor, runBullWorker } from '@conc/bullmq'
import { ConnectionLostError, inline, PoisonTaskError, task } from '@conc/core'
import { deferred } from '@conc/core/internal'
import type { RedisOptions } from 'ioredis'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { die, echo, note } from './fixtures/tasks.mjs'
import { Program } from './processes.js'
import { Journal, later, QueueUnderTest, tasksModule, url } from './queue-under-test.js'
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

/** Yields while nothing gets to Redis, and goes on when it does. */
const torn = task('bull-test/torn', async function* (upTo: number) {
  for (let n = 1; n <= upTo; n++) {
    if (n === 5) await proxy.shut()
    yield n
    if (n === 5) proxy.open()
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

  it('of a worker: a lost thread that is told of twice counts once', async () => {
    const { queue, behind } = await proxied()
    const journal = new Journal()
    await queue.worker(behind)
    const isCounted = proxy.said(':loss:')
    const call = die.on(queue.executor())(journal.file)
    const refused = expect(call).rejects.toThrow(PoisonTaskError)
    await isCounted
    await proxy.shut()
    proxy.open()
    await refused
    expect(journal.lines).toEqual(['begin', 'begin', 'begin'])
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

  it('of a worker: a stream whose items are lost ends, also where its consumer has to ask for more', async () => {
    const { queue, behind } = await proxied()
    await queue.worker({ ...behind, executor: inline() })
    const items = queue.executor().stream(torn, [100])
    const all = (async () => {
      for await (const item of items) expect(item).toBeLessThan(5)
    })()
    await expect(all).rejects.toMatchObject({ code: 'CONC_CONNECTION_LOST', started: true })
  })

  it('of a submitter: what nobody answers rejects, also where each new one breaks at once', async () => {
    const { queue, behind } = await proxied()
    const bull = queue.executor({ ...behind, reconnectMs: 500 })
    await bull.stats()
    const isAsked = proxy.said('zrange')
    const stats = bull.stats()
    await isAsked
    proxy.refuse()
    await expect(stats).rejects.toThrow(ConnectionLostError)
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

describe('a connection that falls silent', { timeout: 30_000 }, () => {
  afterEach(() => void vi.useRealTimers())

  /** Lets time pass until it has settled. */
  async function inTime<T>(promise: Promise<T>): Promise<T> {
    let isOver = false
    const over = (): void => {
      isOver = true
    }
    promise.then(over, over)
    while (!isOver) {
      await vi.advanceTimersByTimeAsync(1000)
      await new Promise(setImmediate)
    }
    return await promise
  }

  it('of a submitter: counts as broken after half a minute', async () => {
    const { queue, behind } = await proxied()
    await queue.worker()
    const bull = queue.executor(behind)
    expect(await bull.submit(echo, ['heard'])).toBe('heard')
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
    proxy.fallSilent()
    const unheard = bull.submit(echo, ['unheard'])
    await expect(inTime(unheard)).rejects.toThrow(ConnectionLostError)
    await inTime(bull.close())
  })

  it('of a worker: counts as broken after half a minute, also at its close', async () => {
    const { queue, behind } = await proxied()
    const worker = await queue.worker({ ...behind, executor: inline() })
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
    proxy.fallSilent()
    await inTime(worker.close())
  })
})

describe('closing', { timeout: 30_000 }, () => {
  afterEach(() => void vi.useRealTimers())

  /** Connections that are lost once, and then tried only much later. */
  async function rarelyTried(): Promise<{
    queue: QueueUnderTest
    connection: RedisOptions
    tries: () => number
  }> {
    const { queue, behind } = await proxied()
    const { hostname: host, port } = new URL(behind.url)
    let tries = 0
    const retryStrategy = (): number => {
      tries++
      return 60_000
    }
    return { queue, connection: { host, port: Number(port), retryStrategy }, tries: () => tries }
  }

  /** Except those by which ioredis gives a socket 2 s for its end, also one that is closed. */
  async function untilNoTimer(): Promise<void> {
    await vi.advanceTimersByTimeAsync(2000)
    await until(() => vi.getTimerCount() === 0)
  }

  /** While no time passes. */
  async function until(isSo: () => boolean): Promise<void> {
    while (!isSo()) await new Promise(setImmediate)
  }

  it.each(['info', 'xrevrange', 'xread'])(
    'while it connects leaves nothing: at %s',
    async (command) => {
      const { queue, behind } = await proxied()
      const bull = queue.executor(behind)
      const isThere = proxy.said(command)
      const stats = bull.stats().catch(() => {})
      await isThere
      await bull.close()
      await stats
      await expect.poll(() => proxy.connections).toBe(0)
    },
  )

  it('between two tries to connect answers what Redis did not', async () => {
    const { queue, tries, connection } = await rarelyTried()
    const bull = new BullExecutor({ connection, queue: queue.where.queue })
    await bull.stats()
    const { connections } = proxy
    const isAsked = proxy.said('zrange')
    const stats = bull.stats()
    await isAsked
    await proxy[Symbol.asyncDispose]()
    await expect.poll(tries).toBe(connections)
    await Promise.all([
      expect(stats).rejects.toMatchObject({ code: 'CONC_CONNECTION_LOST' }),
      bull.close(),
    ])
  })

  it('while it connects anew answers what Redis did not', async () => {
    const { queue, behind } = await proxied()
    const bull = queue.executor(behind)
    await bull.stats()
    const { connections } = proxy
    const isAsked = proxy.said('zrange')
    const stats = bull.stats()
    await isAsked
    await proxy.shut()
    await expect.poll(() => proxy.waiting).toBe(connections)
    await Promise.all([
      expect(stats).rejects.toMatchObject({ code: 'CONC_CONNECTION_LOST' }),
      bull.close(),
    ])
  })

  it('while it subscribes anew rejects nothing that nobody waits for', async () => {
    const { queue, behind } = await proxied()
    await queue.worker({ executor: inline() })
    const bull = queue.executor(behind)
    for await (const item of bull.stream(windowful, [1])) expect(item).toBe(1)
    await proxy.shut()
    const isAsked = proxy.said('subscribe')
    proxy.open()
    await isAsked
    await proxy[Symbol.asyncDispose]()
    await bull.close()
  })

  it('between two tries to connect leaves nothing that waits', async () => {
    const { queue, tries, connection } = await rarelyTried()
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
    const bull = new BullExecutor({ connection, queue: queue.where.queue })
    const isFollowed = proxy.said('xread')
    await bull.stats()
    await isFollowed
    const { connections } = proxy
    await proxy[Symbol.asyncDispose]()
    await until(() => tries() === connections)
    await bull.close()
    await untilNoTimer()
  })

  it('a worker between two tries to connect leaves nothing that waits', async () => {
    const { queue, tries, connection } = await rarelyTried()
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
    const isWaiting = proxy.said('bzpopmin')
    const worker = await runBullWorker({
      connection,
      queue: queue.where.queue,
      modules: [tasksModule],
      executor: inline(),
    })
    await isWaiting
    const { connections } = proxy
    await proxy[Symbol.asyncDispose]()
    await until(() => tries() === connections)
    await worker.close()
    await untilNoTimer()
  })

  it('a worker with a job while Redis is away for good', async () => {
    const { queue, behind } = await proxied()
    const journal = new Journal()
    const worker = await queue.worker({ ...behind, lockMs: 1000 })
    const call = note.on(queue.executor())(journal.file, 'it', true)
    call.catch(() => {})
    await journal.has('begin it')
    await proxy[Symbol.asyncDispose]()
    await worker.close({ pending: 'reject' })
    expect(worker.load.running).toBe(0)
  })

  it('a worker while Redis is away lets its process end', async () => {
    const { queue, behind } = await proxied()
    const worker = new Program('worker.mjs', [behind.url, queue.where.queue, tasksModule.href])
    await worker.says('ready')
    await proxy[Symbol.asyncDispose]()
    await worker.kill('SIGTERM')
    expect(worker.child.exitCode).toBe(0)
  })
})
