import { BullExecutor } from '@conc/bullmq'
import { type Settled, WorkerLostError } from '@conc/core'
import { describe, expect, it, vi } from 'vitest'
import { note, noteOnce } from './fixtures/tasks.mjs'
import { Program } from './processes.js'
import { Journal, later, QueueUnderTest, tasksModule, url } from './queue-under-test.js'
import { hasServer, OwnRedis } from './redis-server.js'

const calls = 1000

function workerOf(where: { url: string; queue: string }): Program {
  return new Program('worker.mjs', [where.url, where.queue, tasksModule.href])
}

function submitAll(bull: BullExecutor, file: string): Promise<Settled<string>[]> {
  const all = Array.from({ length: calls }, (_, n) => bull.submit(note, [file, `${n}`]))
  return Promise.allSettled(all) as Promise<Settled<string>[]>
}

/** How many bodies began more than once, by what they wrote down. */
function ranTwice(journal: Journal): number {
  const begun = journal.lines.filter((line) => line.startsWith('begin'))
  return begun.length - new Set(begun).size
}

describe('kill -9 with 1000 jobs in flight', { timeout: 60_000 }, () => {
  it('of a worker: every call is answered, by the worker that is left', async () => {
    const queue = new QueueUnderTest()
    const journal = new Journal()
    const [victim, other] = [workerOf(queue.where), workerOf(queue.where)]
    await Promise.all([victim.says('ready'), other.says('ready')])
    const answers = submitAll(queue.executor(), journal.file)
    await journal.has('end 100')
    await victim.kill()
    const settled = await answers
    expect(settled.filter(({ status }) => status === 'fulfilled')).toHaveLength(calls)
    // Two bodies at a time in the victim: no more than these can have run twice.
    expect(ranTwice(journal)).toBeLessThanOrEqual(2)
    console.log(
      `bullmq: worker killed with ${calls} jobs in flight, ${ranTwice(journal)} ran twice`,
    )
  })

  it.skipIf(!hasServer())('of Redis, which comes back with what it had written', async () => {
    const redis = await OwnRedis.start('--appendonly', 'yes', '--appendfsync', 'always')
    later(() => redis.stop())
    const where = { url: redis.url, queue: 'faults' }
    const journal = new Journal()
    const worker = workerOf(where)
    await worker.says('ready')
    const bull = new BullExecutor(where)
    later(() => bull.close({ pending: 'reject', timeoutMs: 1000 }))
    const answers = submitAll(bull, journal.file)
    await journal.has('end 50')
    await redis.kill()
    await redis.start()
    const settled = await answers
    expect(settled.filter(({ status }) => status === 'fulfilled')).toHaveLength(calls)
    console.log(`bullmq: Redis killed with ${calls} jobs in flight, ${ranTwice(journal)} ran twice`)
  })

  it('of the submitter: its jobs run, and another one gets the results by their keys', async () => {
    const queue = new QueueUnderTest()
    const journal = new Journal()
    const args = [url, queue.where.queue, tasksModule.href, `${calls}`]
    const submitter = new Program('submitter.mjs', args, { JOURNAL: journal.file })
    await submitter.says('submitted')
    await submitter.kill()
    await workerOf(queue.where).says('ready')
    const bull = queue.executor()
    const again = Array.from({ length: calls }, (_, n) =>
      bull.submit(note, [journal.file, `${n}`], { idempotencyKey: `key-${n}` }),
    )
    expect(await Promise.all(again)).toEqual(again.map((_, n) => `${n}`))
    expect(ranTwice(journal)).toBe(0)
  })
})

describe('a worker that is stopped', { timeout: 60_000 }, () => {
  it('loses its jobs to others, and what it answers when it goes on counts for nothing', async () => {
    const queue = new QueueUnderTest()
    const journal = new Journal()
    const sleeper = workerOf(queue.where)
    await sleeper.says('ready')
    const bull = queue.executor()
    const abort = new AbortController()
    const call = bull.submit(note, [journal.file, 'a', true], { signal: abort.signal })
    const rejected = expect(call).rejects.toThrow('enough')
    await journal.has('begin a')
    sleeper.child.kill('SIGSTOP')
    const awake = workerOf(queue.where)
    await awake.says('ready')
    await vi.waitUntil(
      () => journal.lines.filter((line) => line === 'begin a').length === 2,
      20_000,
    )
    sleeper.child.kill('SIGCONT')
    await vi.waitUntil(() => journal.lines.includes('stop a'), 20_000)
    expect((await bull.stats()).running).toBe(1)
    abort.abort(new Error('enough'))
    await rejected
  })

  it('or killed does not make a task run twice that may not', async () => {
    const queue = new QueueUnderTest()
    const journal = new Journal()
    const victim = workerOf(queue.where)
    await victim.says('ready')
    const call = queue.executor().submit(noteOnce, [journal.file, 'a'])
    const rejected = expect(call).rejects.toBeInstanceOf(WorkerLostError)
    await journal.has('begin a')
    await victim.kill()
    await workerOf(queue.where).says('ready')
    await rejected
    expect(journal.lines).toEqual(['begin a'])
  })

  it('and killed with no other there does not keep the submitter from closing', async () => {
    const queue = new QueueUnderTest()
    const journal = new Journal()
    const victim = workerOf(queue.where)
    await victim.says('ready')
    const bull = queue.executor({ reconnectMs: 300 })
    const call = bull.submit(note, [journal.file, 'a', true])
    const rejected = expect(call).rejects.toMatchObject({ origin: 'close' })
    await journal.has('begin a')
    await victim.kill()
    await bull.close({ pending: 'reject' })
    await rejected
  })

  it('by SIGTERM drains: nothing is lost and nothing runs twice', async () => {
    const queue = new QueueUnderTest()
    const journal = new Journal()
    const first = workerOf(queue.where)
    await first.says('ready')
    const answers = submitAll(queue.executor(), journal.file)
    await journal.has('end 100')
    const second = workerOf(queue.where)
    await Promise.all([first.kill('SIGTERM'), second.says('ready')])
    const settled = await answers
    expect(settled.filter(({ status }) => status === 'fulfilled')).toHaveLength(calls)
    expect(ranTwice(journal)).toBe(0)
  })
})
