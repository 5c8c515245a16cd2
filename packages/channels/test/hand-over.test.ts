import {
  ChannelClosedError,
  ChannelStateError,
  duplex,
  type LinkedChannel,
  threadCache,
} from '@conc/channels'
import { ConcError, SerializationError } from '@conc/core'
import { afterAll, describe, expect, it } from 'vitest'
import * as remote from './fixtures/coroutines.mjs'

afterAll(() => threadCache.drain())

describe('an end of a linked channel', { timeout: 30_000 }, () => {
  it('is handed over once, as an argument or as the value put', async () => {
    const [mine, yours] = duplex<number>()
    await mine.put(1)
    remote.partner(yours as LinkedChannel<unknown, unknown>)
    expect(await mine.get()).toBe(2)
    expect(() => yours.tryGet()).toThrow(ChannelStateError)
    expect(() => remote.partner(yours as LinkedChannel<unknown, unknown>)).toThrow(
      ChannelStateError,
    )
    mine.close()
    const opened = remote.opener()
    const end = await opened.get()
    expect(await end.get()).toBe('hello')
    await end.put('back')
    expect(await opened.done).toBe('back')
  })

  it.each([
    ['exits', 'exit', 'used'],
    ['fails', 'throw', 'used'],
    ['is terminated', 'stay', 'used'],
    ['is terminated', 'stay', 'unused'],
  ] as const)('ends when the thread that has the other end %s: %s, %s', async (_, how, use) => {
    const [mine, yours] = duplex<unknown>()
    const keeper = remote.keeper(yours as LinkedChannel<unknown, unknown>, how)
    if (use === 'used') expect(await mine.get()).toBe('mine')
    else expect(await keeper.get()).toBe('ready')
    const waiting =
      use === 'used' && [mine.get(), mine.get()].map((wait) => wait.catch((error) => error))
    await (how === 'stay' ? keeper.terminate() : keeper.put('end').catch(() => {}))
    await keeper.done.catch(() => {})
    for (const wait of waiting || []) expect(await wait).toBeInstanceOf(ConcError)
    if (use === 'unused') expect(await mine.get()).toBe('mine')
    await expect(mine.get()).rejects.toBeInstanceOf(ConcError)
    expect(mine.alive()).toBe(false)
    await expect(mine.put(1)).rejects.toBeInstanceOf(ChannelClosedError)
    expect(() => mine.getSync({ timeoutMs: 10_000 })).toThrow(ConcError)
    expect(mine.tryGet()?.ok).toBe(false)
  })

  it('is at its end over there, where that was seen here', async () => {
    const [mine, yours] = duplex<number>()
    mine.closeWrite()
    expect((await yours.recv()).ok).toBe(false)
    await remote.partner(yours as LinkedChannel<unknown, unknown>).done
    expect((await mine.recv()).ok).toBe(false)
  })

  it('stays here when the start it was handed to fails', async () => {
    const [mine, yours] = duplex<unknown>()
    await mine.put(1)
    expect(await yours.get()).toBe(1)
    expect(() => remote.echo(yours, () => {})).toThrow(SerializationError)
    await mine.put(2)
    expect(await yours.get()).toBe(2)
    mine.close()
    yours.close()
  })
})
