import { type MessagePort, receiveMessageOnPort } from 'node:worker_threads'
import { Cancellation, deferred, type RunningTask } from '@conc/core/internal'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { fromProducer } from '../../src/between/messages.js'
import { RingReader } from '../../src/between/ring.js'
import { openStreamWay } from '../../src/between/stream-way.js'
import { Grants } from '../../src/streams/credit.js'
import { StreamSender } from '../../src/streams/stream-sender.js'

describe('StreamSender', () => {
  const opened: MessagePort[] = []
  let now = 0
  beforeEach(() => {
    vi.spyOn(performance, 'now').mockImplementation(() => now)
  })
  afterEach(() => {
    vi.restoreAllMocks()
    for (const port of opened.splice(0)) port.close()
  })

  /** A sender of what `items` makes, and a consumer that sleeps: it has nothing but what was posted and written. */
  function open(items: AsyncIterator<unknown>) {
    const [near, far] = openStreamWay()
    opened.push(near.port, far.port)
    const cancellation = new Cancellation()
    const task = { name: 't', executor: 'e', cancellation } as unknown as RunningTask
    const sender = new StreamSender(far, task)
    const posted = (): unknown[] => {
      const messages: unknown[] = []
      for (let next = receiveMessageOnPort(near.port); next; next = receiveMessageOnPort(near.port))
        messages.push(next.message)
      return messages
    }
    const [credit] = posted() as [readonly [number, number, SharedArrayBuffer]]
    expect(credit[0]).toBe(fromProducer.credit)
    const reader = new RingReader(near.items)
    const written = (): unknown[] => {
      const values: unknown[] = []
      while (reader.hasMore) {
        if (reader.isAnnouncement) reader.take()
        else values.push(...reader.take().values)
      }
      return values
    }
    return { running: sender.run(items), posted, written, grants: new Grants(credit[2]) }
  }

  async function* upTo(count: number, then: Promise<void>): AsyncGenerator<number> {
    for (let item = 0; item < count; item++) yield item
    await then
  }

  /** As many steps as any item takes, and no turn of the loop. */
  async function microtasks(): Promise<void> {
    for (let step = 0; step < 1000; step++) await undefined
  }

  it('wakes its consumer when the credit is spent', async () => {
    const { running, posted, written, grants } = open(upTo(20, Promise.resolve()))
    await microtasks()
    expect(posted()).toEqual([0])
    expect(written()).toHaveLength(16)
    grants.add(16)
    void running
  })

  it('lets its consumer sleep over half of its credit until the turn is over', async () => {
    const end = deferred()
    const { running, posted, written } = open(upTo(12, end.promise))
    await microtasks()
    expect(posted()).toEqual([])
    await new Promise(setImmediate)
    expect(posted()).toEqual([0])
    expect(written()).toHaveLength(12)
    end.resolve()
    await running
  })

  it('wakes its consumer for less when items take their time', async () => {
    const end = deferred()
    async function* slow(): AsyncGenerator<number> {
      for (let item = 0; item < 3; item++, now++) yield item
      await end.promise
    }
    const { running, posted, written } = open(slow())
    await microtasks()
    expect(posted()).toEqual([0])
    expect(written()).toEqual([0, 1])
    end.resolve()
    await running
  })

  it('shows half of its credit to a consumer that is awake', async () => {
    const end = deferred()
    const { running, written } = open(upTo(12, end.promise))
    await microtasks()
    expect(written()).toHaveLength(8)
    end.resolve()
    await running
  })
})
