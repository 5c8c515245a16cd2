import { AsyncLocalStorage } from 'node:async_hooks'
import { describe, expect, it, vi } from 'vitest'
import { task } from '../src/index.js'
import { deferred } from '../src/internal/deferred.js'
import { streamExecutors } from './stream-executors.js'

const later = (): Promise<void> => new Promise(setImmediate)

const shutdown = { code: 'CONC_TASK_CANCELLED', origin: 'shutdown' }

async function* endless() {
  for (let item = 0; ; item++) {
    await later()
    yield item
  }
}

function* oneToThree() {
  yield* [1, 2, 3]
}

const numbers = task('stream-close/numbers', endless)

/** Two numbers an item, and a look at the gate between them. */
const pairs = task('stream-close/pairs', async function* (gate: () => Promise<void>) {
  const items = numbers()
  for (;;) {
    const first = await items.next()
    await gate()
    yield [first.value, (await items.next()).value]
  }
})

describe.each(streamExecutors(2))('close() of %s with an open stream', (_name, make) => {
  it('ends one that nobody pulls, and tells who comes back', async () => {
    const executor = make()
    const ended = vi.fn()
    const items = executor.stream(async function* () {
      try {
        yield 1
        yield 2
      } finally {
        await later()
        ended()
      }
    }, [])
    await items.next()
    await executor.close()
    expect(ended).toHaveBeenCalledOnce()
    await expect(items.next()).rejects.toMatchObject(shutdown)
    expect(await items.next()).toEqual({ done: true, value: undefined })
    expect(executor.load).toMatchObject({ running: 0, waiting: 0 })
  })

  it('gives the consumer the item that it waits for', async () => {
    const executor = make()
    const gate = deferred()
    const items = executor.stream(async function* () {
      yield 1
      await gate.promise
      yield 2
      yield 3
    }, [])
    await items.next()
    const second = items.next()
    const closed = executor.close()
    gate.resolve()
    expect(await second).toEqual({ done: false, value: 2 })
    await closed
    await expect(items.next()).rejects.toMatchObject(shutdown)
  })

  it('gives it too where the body makes that of a stream of its own', async () => {
    const executor = make()
    const [isBetween, gate] = [deferred(), deferred()]
    const between = async (): Promise<void> => {
      isBetween.resolve()
      await gate.promise
    }
    const items = executor.stream(pairs, [between])
    const first = items.next()
    await isBetween.promise
    const closed = executor.close()
    await later()
    gate.resolve()
    expect(await first).toEqual({ done: false, value: [0, 1] })
    await closed
    await expect(items.next()).rejects.toMatchObject(shutdown)
  })

  it('ends all of them, though one or the other is always being pulled', async () => {
    const executor = make()
    const read = async (): Promise<void> => {
      for await (const _ of executor.stream(endless, [])) await Promise.resolve()
    }
    const readers = Promise.allSettled([read(), read()])
    for (let turn = 0; turn < 5; turn++) await later()
    await executor.close()
    expect(await readers).toMatchObject([{ reason: shutdown }, { reason: shutdown }])
  })

  it('waits for a function that reads one', async () => {
    const executor = make()
    const gate = deferred()
    const isReading = deferred()
    const sum = executor.submit(async () => {
      let sum = 0
      for await (const item of executor.stream(oneToThree, [])) {
        isReading.resolve()
        await gate.promise
        sum += item
      }
      return sum
    }, [])
    const forgotten = executor.stream(endless, [])
    await isReading.promise
    const closed = executor.close()
    await later()
    gate.resolve()
    expect(await sum).toBe(6)
    await closed
    await forgotten.return()
  })

  it('may be awaited in the loop that it ends', async () => {
    const executor = make()
    const loop = async (): Promise<void> => {
      for await (const _ of executor.stream(endless, [])) await executor.close()
    }
    await expect(loop()).rejects.toMatchObject(shutdown)
  })

  it("runs the body's finally where its items were asked for", async () => {
    const executor = make()
    const where = new AsyncLocalStorage<string>()
    const seen: unknown[] = []
    const items = executor.stream(async function* () {
      try {
        yield 1
      } finally {
        seen.push(where.getStore())
        await later()
        seen.push(where.getStore())
      }
    }, [])
    await where.run('consumer', () => items.next())
    await where.run('closer', () => executor.close())
    expect(seen).toEqual(['consumer', 'consumer'])
  })
})
