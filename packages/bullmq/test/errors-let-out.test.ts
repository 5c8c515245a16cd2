import { balance, inline, limit, QueueFullError } from '@conc/core'
import { describe, expect, it } from 'vitest'
import { callsLetOut, letOut, letOutItems } from './fixtures/tasks.mjs'
import { Journal, QueueUnderTest } from './queue-under-test.js'

/** On threads, and on an executor of the worker's process. */
const workers: [string, object][] = [
  ['threads', {}],
  ['an executor', { executor: limit(inline(), 2) }],
]

describe.each(workers)('the error of another executor that a body on %s let out', (_name, on) => {
  it('fails the job, which is not given back to the queue', async () => {
    const queue = new QueueUnderTest()
    const journal = new Journal()
    await queue.worker(on)
    const call = queue.executor().submit(letOut, [journal.file, 'refused', 9])
    await expect(call).rejects.toBeInstanceOf(QueueFullError)
    expect(journal.lines).toEqual(['begin refused'])
  })

  it('is no loss of the worker, and is repeated where that is asked for', async () => {
    const queue = new QueueUnderTest()
    const journal = new Journal()
    await queue.worker(on)
    const bull = queue.executor()
    expect(await bull.submit(letOut, [journal.file, 'lost', 4], { retry: 4 })).toBe(5)
    const asked = { retry: { times: 4, when: () => true } }
    expect(await bull.submit(letOut, [journal.file, 'lost', 4], asked)).toBe(5)
  })

  it('is told to who is in front', async () => {
    const queue = new QueueUnderTest()
    const journal = new Journal()
    await queue.worker(on)
    const bull = queue.executor()
    const front = limit(bull, 1)
    expect(await front.submit(letOut, [journal.file, 'lost', 4], { retry: 4 })).toBe(5)
    const call = balance([bull, front]).submit(letOut, [journal.file, 'refused', 9])
    await expect(call).rejects.toBeInstanceOf(QueueFullError)
    expect(journal.lines.filter((line) => line === 'begin refused')).toHaveLength(1)
  })

  it('is that of a stream too', async () => {
    const queue = new QueueUnderTest()
    const journal = new Journal()
    await queue.worker(on)
    const items = limit(queue.executor(), 1).stream(letOutItems, [journal.file, 'lost', 4], {
      retry: 4,
    })
    expect(await items.next()).toEqual({ done: false, value: 5 })
    await items.return()
  })

  it('is that of a nested call too', async () => {
    const queue = new QueueUnderTest()
    const journal = new Journal()
    await queue.worker(on)
    expect(await queue.executor().submit(callsLetOut, [journal.file, 'lost', 4])).toBe(5)
  })
})
