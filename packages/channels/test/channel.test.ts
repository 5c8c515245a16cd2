import { InvalidOptionError } from '@conc/core'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { ChannelClosedError, ChannelTimeoutError, channel } from '../src/index.js'

describe('channel', () => {
  it('passes values by identity, undefined and null among them', async () => {
    const values = [{ a: 1 }, undefined, null]
    const made = channel<unknown>(3)
    for (const value of values) await made.put(value)
    made.close()
    const seen: unknown[] = []
    for await (const value of made) seen.push(value)
    expect(seen[0]).toBe(values[0])
    expect(seen).toEqual(values)
  })

  it('resolves a put at capacity 0 when the item is taken', async () => {
    const made = channel<number>()
    let isAccepted = false
    const put = made.put(1).then(() => {
      isAccepted = true
    })
    await Promise.resolve()
    expect([isAccepted, made.size]).toEqual([false, 1])
    expect(await made.get()).toBe(1)
    await put
    expect(isAccepted).toBe(true)
  })

  it('hands an item to the getter that waits longest', async () => {
    const made = channel<number>()
    const gets = [made.get(), made.get()]
    expect([made.tryPut(1), made.tryPut(2), made.tryPut(3)]).toEqual([true, true, false])
    expect(await Promise.all(gets)).toEqual([1, 2])
  })

  it('drops the new item when full and dropping, the oldest when sliding', () => {
    for (const [strategy, kept] of [
      ['dropping', [1, 2]],
      ['sliding', [2, 3]],
    ] as const) {
      const made = channel<number>({ capacity: 2, strategy })
      for (const value of [1, 2, 3]) expect(made.tryPut(value)).toBe(true)
      expect([made.tryGet()?.value, made.tryGet()?.value, made.tryGet()]).toEqual([
        ...kept,
        undefined,
      ])
    }
  })

  it('says nothing is there yet, then that it ended', () => {
    const made = channel<number>()
    expect(made.tryGet()).toBeUndefined()
    made.close()
    expect(made.tryGet()).toEqual({ ok: false, value: undefined })
  })

  describe('close', () => {
    it('lets accepted and waiting puts arrive, then ends', async () => {
      const made = channel<number>(1)
      const puts = [made.put(1), made.put(2)]
      made.close()
      expect(made.alive()).toBe(false)
      const seen: number[] = []
      for await (const value of made) seen.push(value)
      expect(seen).toEqual([1, 2])
      await Promise.all(puts)
      await expect(made.put(3)).rejects.toBeInstanceOf(ChannelClosedError)
      await expect(made.get()).rejects.toBeInstanceOf(ChannelClosedError)
    })

    it('gives readers its error after the items', async () => {
      const made = channel<number>(1)
      const error = new Error('source broke')
      await made.put(1)
      made.close({ error })
      expect(await made.recv()).toEqual({ ok: true, value: 1 })
      expect(await made.recv()).toEqual({ ok: false, value: undefined, error })
      await expect(made.get()).rejects.toBe(error)
      await expect(made[Symbol.asyncIterator]().next()).rejects.toBe(error)
    })

    it('ends those who wait for an item', async () => {
      const made = channel<number>()
      const [get, step] = [made.recv(), made[Symbol.asyncIterator]().next()]
      made.close()
      expect(await get).toEqual({ ok: false, value: undefined })
      expect(await step).toEqual({ done: true, value: undefined })
    })

    it('drops all items with discard', async () => {
      const made = channel<number>(1)
      await made.put(1)
      const waiting = made.put(2)
      made.close({ discard: true })
      await expect(waiting).rejects.toBeInstanceOf(ChannelClosedError)
      expect(made.tryGet()).toEqual({ ok: false, value: undefined })
    })

    it('refuses options that it does not have, or not so', async () => {
      const made = channel<number>(1)
      expect(() => made.close({ discard: 'no' as never })).toThrow('`discard` to be true or false')
      expect(() => made.close({ discrad: true } as never)).toThrow('did you mean `discard`?')
      expect(() => made.put(1, { timeout: 5 } as never)).toThrow('did you mean `timeoutMs`?')
      expect(() => made.get({ singal: 1 } as never)).toThrow('did you mean `signal`?')
      expect(made.alive()).toBe(true)
    })

    it('leaves a channel open whose loop is left', async () => {
      const made = channel<number>(2)
      await made.put(1)
      for await (const _ of made) break
      expect(made.alive()).toBe(true)
    })

    it('closes at the end of an await using block', async () => {
      const made = channel<number>(1)
      {
        await using _scoped = made
      }
      expect(made.alive()).toBe(false)
    })
  })

  describe('a wait that is given up', () => {
    beforeEach(() => {
      vi.useFakeTimers()
    })
    afterEach(() => {
      vi.useRealTimers()
    })

    it('takes nothing and rejects with the reason', async () => {
      const made = channel<number>()
      const [abort, reason] = [new AbortController(), new Error('enough')]
      const get = made.get({ signal: abort.signal })
      abort.abort(reason)
      await expect(get).rejects.toBe(reason)
      expect(made.tryPut(1)).toBe(false)
    })

    it('puts nothing', async () => {
      const made = channel<number>()
      const abort = new AbortController()
      const put = made.put(1, { signal: abort.signal })
      abort.abort('enough')
      await expect(put).rejects.toBe('enough')
      expect(made.tryGet()).toBeUndefined()
    })

    it('is refused before it begins where the signal has aborted', async () => {
      const made = channel<number>(2)
      await made.put(1)
      const signal = AbortSignal.abort('before')
      await expect(made.get({ signal })).rejects.toBe('before')
      await expect(made.put(2, { signal })).rejects.toBe('before')
      expect(made.size).toBe(1)
    })

    it('rejects with ChannelTimeoutError after timeoutMs', async () => {
      const made = channel<number>()
      const get = made.get({ timeoutMs: 50 })
      const failed = expect(get).rejects.toBeInstanceOf(ChannelTimeoutError)
      await vi.advanceTimersByTimeAsync(50)
      await failed
      expect(vi.getTimerCount()).toBe(0)
    })

    it('leaves no timer when it succeeds', async () => {
      const made = channel<number>()
      const get = made.get({ timeoutMs: 50 })
      made.tryPut(1)
      expect(await get).toBe(1)
      expect(vi.getTimerCount()).toBe(0)
    })
  })

  it.each([
    [() => channel(-1)],
    [() => channel(1.5)],
    [() => channel({ capacity: '1' as never })],
    [() => channel({ strategy: 'lifo' as never })],
    [() => channel({ size: 1 } as never)],
    [() => channel(1).get({ timeoutMs: Number.NaN })],
    [() => channel(1).put(1, { signal: {} as never })],
  ])('refuses a wrong option: %s', (wrong) => {
    expect(wrong).toThrow(InvalidOptionError)
  })
})
