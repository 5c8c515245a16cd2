import { ChannelClosedError, go, ref, threadCache } from '@conc/channels'
import { WorkerLostError } from '@conc/core'
import { afterAll, describe, expect, it } from 'vitest'
import { all } from './all.js'
import * as remote from './fixtures/coroutines.mjs'

afterAll(() => threadCache.drain())

describe('a coroutine that is told to end', { timeout: 30_000 }, () => {
  it.each([
    ['an async loop', remote.count],
    ['a sync loop', remote.countSync],
    ['a small capacity', remote.countTight],
    ['no capacity', remote.countUnbuffered],
  ])('at any moment, gives what it put without a gap: %s', async (_, begin) => {
    for (const taken of [0, 1, 2, 5, 30]) {
      const made = begin(1e9)
      const items: number[] = []
      while (items.length < taken) items.push(await made.get())
      made.close()
      items.push(...(await all(made)))
      expect(items).toEqual(Array.from({ length: items.length }, (_, index) => index))
      await expect(made.done).rejects.toBeInstanceOf(ChannelClosedError)
    }
  })

  it('sees close in a loop that never yields', async () => {
    const made = remote.busy()
    expect(await made.get()).toBe('begun')
    made.close()
    expect(await made.done).toBeUndefined()
  })

  it('is woken by its signal; the channel ends well, done has the reason', async () => {
    const made = remote.waiter()
    expect(await made.get()).toBe('begun')
    made.close()
    await expect(made.done).rejects.toBeInstanceOf(ChannelClosedError)
    expect(await made.recv()).toEqual({ ok: false, value: undefined })
  })

  it('hears its signal, also where it had looked at it just before', async () => {
    const closed = new SharedArrayBuffer(4)
    const made = remote.surprised(closed)
    expect(await made.get()).toBe('looked')
    made.close()
    const word = new Int32Array(closed)
    Atomics.store(word, 0, 1)
    Atomics.notify(word, 0)
    expect(await made.done).toBe('heard')
  })

  it('can poll its signal without a turn of its event loop', async () => {
    const made = remote.pollingSelf()
    expect(await made.get()).toBe('begun')
    made.close()
    await expect(made.done).rejects.toBeInstanceOf(ChannelClosedError)
  })

  it('is woken out of sleepSync', async () => {
    const made = remote.sleeper()
    expect(await made.get()).toBe('begun')
    made.close()
    expect(await made.done).toBe('woken')
  })

  it('ends at once by terminate, whatever it does', async () => {
    const made = remote.endless()
    expect(await made.get()).toBe('begun')
    await made.terminate()
    await expect(made.done).rejects.toMatchObject({ code: 'CONC_WORKER_LOST', started: true })
    await expect(made.get()).rejects.toBeInstanceOf(WorkerLostError)
  })

  it('rejects waits with the reason of the signal, and ends after graceMs', async () => {
    const abort = new AbortController()
    const begin = go(
      ref<() => void>(new URL('./fixtures/endless.mjs', import.meta.url), 'endless'),
      {
        signal: abort.signal,
        graceMs: 0,
      },
    )
    const made = begin()
    expect(await made.get()).toBe('begun')
    const waiting = made.get()
    abort.abort('enough')
    await expect(waiting).rejects.toBe('enough')
    await expect(made.done).rejects.toBe('enough')
    await expect(made.put(1 as never)).rejects.toBeInstanceOf(ChannelClosedError)
    expect(begin).toThrow('enough')
  })

  it('is waited for by each who disposes of its channel', async () => {
    const made = remote.busy()
    expect(await made.get()).toBe('begun')
    await Promise.all([made[Symbol.asyncDispose](), made[Symbol.asyncDispose]()])
    expect(await made.done).toBeUndefined()
  })

  it('ends with its await using block', async () => {
    let done: Promise<unknown>
    {
      await using made = remote.busy()
      expect(await made.get()).toBe('begun')
      done = made.done
    }
    expect(await done).toBeUndefined()
  })
})
