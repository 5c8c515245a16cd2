import { InvalidOptionError } from '@conc/core'
import { describe, expect, it } from 'vitest'
import { type Lease, Queue, QueueUnderflowError } from '../src/index.js'

async function take<T>(queue: Queue<T>): Promise<Lease<T>> {
  return await queue.take()
}

describe('Queue', () => {
  it('gives items in the order they were put, to those who waited longest', async () => {
    const queue = new Queue<number>()
    const gets = [queue.get(), queue.get()]
    await queue.put(1)
    await queue.put(2)
    await queue.put(3)
    expect(await Promise.all([...gets, queue.get()])).toEqual([1, 2, 3])
  })

  it('lets `put` wait while it is full', async () => {
    const queue = new Queue<number>({ maxSize: 1 })
    await queue.put(1)
    expect(queue.tryPut(2)).toBe(false)
    const order: number[] = []
    const second = queue.put(2).then(() => order.push(2))
    const third = queue.put(3).then(() => order.push(3))
    expect([queue.size, queue.unfinished]).toEqual([1, 1])
    expect(queue.tryGet()).toEqual({ item: 1 })
    expect(await queue.get()).toBe(2)
    expect(await queue.get()).toBe(3)
    await Promise.all([second, third])
    expect([order, queue.tryGet()]).toEqual([[2, 3], undefined])
  })

  it('loses no item to an aborted wait', async () => {
    const queue = new Queue<number>()
    const controller = new AbortController()
    const aborted = queue.get({ signal: controller.signal })
    const next = queue.get()
    controller.abort('tired')
    await queue.put(1)
    await expect(aborted).rejects.toBe('tired')
    expect(await next).toBe(1)
    await expect(queue.get({ signal: controller.signal })).rejects.toBe('tired')
  })

  it('drops the item of an aborted `put`', async () => {
    const queue = new Queue<number>({ maxSize: 1 })
    await queue.put(1)
    const controller = new AbortController()
    const put = queue.put(2, { signal: controller.signal })
    controller.abort('tired')
    await expect(put).rejects.toBe('tired')
    expect([queue.tryGet(), queue.tryGet()]).toEqual([{ item: 1 }, undefined])
    expect(queue.unfinished).toBe(1)
  })

  it('joins when every item was worked on', async () => {
    const queue = new Queue<number>()
    await queue.join()
    await queue.put(1)
    await queue.put(2)
    let isJoined = false
    const joined = queue.join().then(() => {
      isJoined = true
    })
    await queue.get()
    queue.itemProcessed()
    await Promise.resolve()
    expect(isJoined).toBe(false)
    queue.itemProcessed()
    await joined
    expect(() => queue.itemProcessed()).toThrow(QueueUnderflowError)
  })

  it('gives up `take` and `join` when their signal aborts', async () => {
    const queue = new Queue<number>()
    const controller = new AbortController()
    const { signal } = controller
    const taken = queue.take({ signal })
    queue.tryPut(1)
    await taken
    const waits = [queue.take({ signal }), queue.join({ signal })]
    controller.abort('tired')
    for (const wait of waits) await expect(wait).rejects.toBe('tired')
    expect(queue.unfinished).toBe(1)
    queue.tryPut(2)
    expect(queue.tryGet()).toEqual({ item: 2 })
  })

  it('settles a lease once, however it is left', async () => {
    const queue = new Queue<string>()
    await queue.put('a')
    await queue.put('b')
    const work = async () => {
      using lease = await take(queue)
      lease.done()
      throw new Error(lease.item)
    }
    await expect(work()).rejects.toThrow('a')
    {
      await using lease = await take(queue)
      expect(lease.item).toBe('b')
    }
    expect(queue.unfinished).toBe(0)
  })

  it('puts a lease back at the end, even of a full queue, and join() sees no 0', async () => {
    const queue = new Queue<string>({ maxSize: 1 })
    await queue.put('a')
    const lease = await queue.take()
    await queue.put('b')
    const joined = queue.join()
    lease.putBack()
    lease.done()
    expect([queue.size, queue.unfinished]).toEqual([2, 2])
    const seen: string[] = []
    for await (const { item } of queue) {
      seen.push(item)
      if (seen.length === 2) break
    }
    await joined
    expect([seen, queue.unfinished]).toEqual([['b', 'a'], 0])
  })

  it('settles each lease of a loop before the next, and when the loop is left', async () => {
    const queue = new Queue<number>()
    for (const item of [1, 2, 3]) queue.tryPut(item)
    const left: number[] = []
    for await (const lease of queue.leases()) {
      left.push(queue.unfinished)
      if (lease.item === 2) break
    }
    expect([left, queue.unfinished, queue.size]).toEqual([[3, 2], 1, 1])
    const loop = async () => {
      for await (const _ of queue) throw new Error('broken')
    }
    await expect(loop()).rejects.toThrow('broken')
    expect(queue.unfinished).toBe(0)
  })

  it('ends a loop that waits when its signal aborts', async () => {
    const queue = new Queue<number>()
    const controller = new AbortController()
    const next = queue.leases({ signal: controller.signal }).next()
    await Promise.resolve()
    controller.abort('stop')
    await expect(next).rejects.toBe('stop')
  })

  it('refuses wrong options', () => {
    expect(() => new Queue({ maxSize: 0 })).toThrow(InvalidOptionError)
    expect(() => new Queue({ maxsize: 1 } as never)).toThrow('did you mean `maxSize`?')
    expect(() => new Queue().put(1, { timeoutMs: 1 } as never)).toThrow('got one with `timeoutMs`')
    const queue = new Queue<number>()
    const wrong = { signal: 1 as never }
    const waits: (() => unknown)[] = [
      () => queue.put(1, wrong),
      () => queue.get(wrong),
      () => queue.take(wrong),
      () => queue.leases(wrong),
      () => queue.join(wrong),
    ]
    for (const wait of waits) expect(wait).toThrow(InvalidOptionError)
    expect(queue.size).toBe(0)
  })
})
