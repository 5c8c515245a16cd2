import { writeFileSync } from 'node:fs'
import { Queue } from 'bullmq'
import { Redis } from 'ioredis'
import { describe, expect, it, vi } from 'vitest'
import { add, fan, held, mistaken, parent, waiting } from './fixtures/tasks.mjs'
import { Program } from './processes.js'
import { Journal, later, QueueUnderTest, tasksModule, url } from './queue-under-test.js'

/** How many jobs of each task have completed, as the queue itself says. */
async function completed({ where }: QueueUnderTest): Promise<Record<string, number>> {
  const connection = new Redis(url, { maxRetriesPerRequest: null })
  const queue = new Queue(`{conc-${where.queue}}`, { connection, prefix: 'conc' })
  later(async () => {
    await queue.close()
    connection.disconnect()
  })
  const counts: Record<string, number> = {}
  for (const { name } of await queue.getCompleted()) counts[name] = (counts[name] ?? 0) + 1
  return counts
}

function mostAtOnce(lines: readonly string[]): number {
  let now = 0
  let most = 0
  for (const line of lines) {
    now += line.startsWith('begin') ? 1 : -1
    most = Math.max(most, now)
  }
  return most
}

describe('nested calls', () => {
  it('are jobs of the queue, at any depth on one thread', async () => {
    const queue = new QueueUnderTest()
    await queue.worker({ concurrency: 1 })
    expect(await parent.on(queue.executor())(40)).toBe(40)
    expect(await completed(queue)).toEqual({ 'bull-test/parent': 41 })
  })

  it('bring their errors back whole', async () => {
    const queue = new QueueUnderTest()
    await queue.worker({ concurrency: 1 })
    const seen = await mistaken.on(queue.executor())('boom')
    expect(seen).toEqual({ name: 'TypeError', message: 'boom', detail: new Map([['a', 1n]]) })
  })

  it('never make more bodies run than there are slots', async () => {
    const queue = new QueueUnderTest()
    const journal = new Journal()
    const gate = `${journal.file}-gate`
    writeFileSync(gate, '')
    await queue.worker({ concurrency: 2 })
    const bull = queue.executor()
    const texts = ['a', 'b', 'c', 'd', 'e']
    const calls = Array.from({ length: 4 }, () => fan.on(bull)(journal.file, texts, gate))
    expect(await Promise.all(calls)).toEqual(calls.map(() => texts))
    expect(journal.lines).toHaveLength(40)
    expect(mostAtOnce(journal.lines)).toBeLessThanOrEqual(2)
  })

  it('are run by other workers too', async () => {
    const queue = new QueueUnderTest()
    const journal = new Journal()
    const gate = `${journal.file}-gate`
    await Promise.all([queue.worker({ concurrency: 1 }), queue.worker({ concurrency: 1 })])
    const call = fan.on(queue.executor())(journal.file, ['a', 'b'], gate)
    await Promise.all([journal.has('begin a'), journal.has('begin b')])
    writeFileSync(gate, '')
    expect(await call).toEqual(['a', 'b'])
  })

  it('go before the jobs that wait, with priorities as without', async () => {
    for (const priorities of [false, true]) {
      const queue = new QueueUnderTest()
      const journal = new Journal()
      const gate = `${journal.file}-gate`
      const bull = queue.executor({ priorities })
      const first = fan.on(bull)(journal.file, ['nested'], gate)
      const later = held.on(bull)(journal.file, 'later', gate)
      await vi.waitUntil(async () => (await bull.stats()).waiting === 2)
      writeFileSync(gate, '')
      await queue.worker({ concurrency: 1 })
      await Promise.all([first, later])
      expect(journal.lines[0]).toBe('begin nested')
    }
  })

  it('end with the call that made them', async () => {
    const queue = new QueueUnderTest()
    const journal = new Journal()
    await queue.worker({ concurrency: 1 })
    const stop = new AbortController()
    const call = queue.executor().submit(waiting, [journal.file, 'child'], { signal: stop.signal })
    await journal.has('begin child')
    stop.abort(new Error('enough'))
    await expect(call).rejects.toThrow('enough')
    await journal.has('stop child')
  })

  it('run in a worker that drains, where nobody else would take them', async () => {
    const queue = new QueueUnderTest()
    const journal = new Journal()
    const gate = `${journal.file}-gate`
    const worker = await queue.worker({ concurrency: 1 })
    const bull = queue.executor()
    const call = fan.on(bull)(journal.file, ['a', 'b', 'c'], gate)
    await vi.waitUntil(() => journal.lines.length === 1, { timeout: 20_000 })
    const closed = worker.close()
    writeFileSync(gate, '')
    expect(await call).toEqual(['a', 'b', 'c'])
    await closed
    const waits = add.on(bull)(1, 2)
    await queue.worker()
    expect(await waits).toBe(3)
  })

  it('run in a worker that drains, also where another one had them and is lost', async () => {
    const queue = new QueueUnderTest()
    const journal = new Journal()
    const gate = `${journal.file}-gate`
    const worker = await queue.worker({ concurrency: 1, stalledMs: 200 })
    const call = fan.on(queue.executor())(journal.file, ['a', 'b'], gate)
    await vi.waitUntil(() => journal.lines.length === 1, { timeout: 20_000 })
    const other = new Program('worker.mjs', [url, queue.where.queue, tasksModule.href])
    await vi.waitUntil(() => journal.lines.length === 2, { timeout: 20_000 })
    const closed = worker.close()
    await other.kill()
    writeFileSync(gate, '')
    expect(await call).toEqual(['a', 'b'])
    await closed
  })

  it('are given back with the job that made them', async () => {
    const queue = new QueueUnderTest()
    const journal = new Journal()
    const gate = `${journal.file}-gate`
    const first = await queue.worker({ concurrency: 1 })
    const call = fan.on(queue.executor())(journal.file, ['a'], gate)
    await journal.has('begin a')
    await first.close({ pending: 'reject' })
    writeFileSync(gate, '')
    await queue.worker({ concurrency: 1 })
    expect(await call).toEqual(['a'])
  })
})
