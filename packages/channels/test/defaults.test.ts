import { availableParallelism } from 'node:os'
import { channel, duplex, threadCache } from '@conc/channels'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import * as remote from './fixtures/coroutines.mjs'

/** Lets everything happen that threads have to say, while the clock stands. */
async function until(isMet: () => boolean): Promise<void> {
  while (!isMet()) await new Promise(setImmediate)
}

describe('capacities', () => {
  it('are 0 in a thread, and without limit between threads', async () => {
    expect(channel()).toMatchObject({ name: 'channel', capacity: 0, size: 0 })
    const [mine, yours] = duplex()
    const made = remote.doubler()
    const between = [mine, yours, made].map(({ capacity }) => capacity)
    expect(between).toEqual(Array(3).fill(Number.POSITIVE_INFINITY))
    mine.close()
    made.close()
    await made.done
  })
})

describe('times', () => {
  beforeEach(async () => {
    await threadCache.drain()
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
  })
  afterEach(async () => {
    vi.useRealTimers()
    await threadCache.drain()
  })

  it('let as many threads wait as there are cores, for 5 seconds', async () => {
    expect(threadCache).toMatchObject({ maxIdle: availableParallelism(), idleTimeoutMs: 5000 })
    await remote.quitter().done
    await until(() => threadCache.idle === 1)
    vi.advanceTimersByTime(4999)
    await new Promise(setImmediate)
    expect(threadCache.idle).toBe(1)
    vi.advanceTimersByTime(1)
    expect(threadCache.idle).toBe(0)
  })

  it('give a coroutine 1000 ms to end when its block is left', async () => {
    const made = remote.endless()
    await made.get()
    const ended = vi.fn()
    made.done.catch(ended)
    const left = made[Symbol.asyncDispose]()
    vi.advanceTimersByTime(999)
    await new Promise(setImmediate)
    expect(ended).not.toHaveBeenCalled()
    vi.advanceTimersByTime(1)
    await left
    await expect(made.done).rejects.toMatchObject({ code: 'CONC_WORKER_LOST' })
  })
})
