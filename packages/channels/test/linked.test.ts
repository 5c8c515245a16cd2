import {
  ChannelClosedError,
  ChannelStateError,
  ChannelTimeoutError,
  channel,
  duplex,
  recv,
  select,
  selectSync,
  send,
  threadCache,
} from '@conc/channels'
import { InvalidOptionError, SerializationError } from '@conc/core'
import { afterAll, describe, expect, it } from 'vitest'
import { all } from './all.js'
import * as remote from './fixtures/coroutines.mjs'

afterAll(() => threadCache.drain())

/** So many turns that whoever waits looks no more and asks to be woken. */
async function asleep(): Promise<void> {
  for (let turn = 0; turn < 1000; turn++) await new Promise(setImmediate)
}

describe('a linked channel', { timeout: 30_000 }, () => {
  it('refuses what cannot travel with its path, and loses no credit', async () => {
    const made = remote.echo()
    expect(await made.get()).toEqual([])
    const wrong = { socket: () => {} }
    await expect(made.put(wrong)).rejects.toMatchObject({ path: 'value.socket' })
    expect(() => made.tryPut({ url: new URL('http://a') })).toThrow(SerializationError)
    await expect(made.put(channel())).rejects.toThrow(/duplex/)
    await expect(made.put(1, { transfer: [5 as never] })).rejects.toMatchObject({
      path: 'transfer',
    })
    expect(() => remote.echo(1, { cb() {} })).toThrow(/args\[1\]\.cb/)
    await made.put('fine')
    expect(await made.get()).toBe('fine')
    made.close()
  })

  it('moves what is on the transfer list', async () => {
    const made = remote.echo()
    await made.get()
    const bytes = new Uint8Array([1, 2, 3])
    await made.put(bytes, { transfer: [bytes.buffer] })
    expect(bytes.length).toBe(0)
    expect(await made.get()).toEqual(new Uint8Array([1, 2, 3]))
    made.close()
  })

  it('withdraws a put that waits, also one that nobody took at capacity 0', async () => {
    const [mine, yours] = duplex<number>({ capacity: 0 })
    const abort = new AbortController()
    const puts = [1, 2].map((value) => mine.put(value, { signal: abort.signal }))
    abort.abort('enough')
    for (const put of puts) await expect(put).rejects.toBe('enough')
    const kept = mine.put(3)
    expect(await yours.get()).toBe(3)
    await kept
    expect(yours.tryGet()).toBeUndefined()
    mine.close()
    yours.close()
  })

  it('ends its direction also where the last put that waited is given up', async () => {
    const [mine, yours] = duplex<number>({ capacity: 1 })
    // Nothing else is on its way that would make this side look.
    await yours.put(0)
    expect(await mine.get()).toBe(0)
    await mine.put(1)
    const abort = new AbortController()
    const waiting = mine.put(2, { signal: abort.signal })
    mine.closeWrite()
    abort.abort('enough')
    await expect(waiting).rejects.toBe('enough')
    expect(await all(yours)).toEqual([1])
    yours.close()
  })

  it('lets puts that wait arrive after close, then the error', async () => {
    const [mine, yours] = duplex<number>({ capacity: 1 })
    const puts = [1, 2, 3].map((value) => mine.put(value))
    mine.close({ error: new RangeError('that was it') })
    expect([await yours.get(), await yours.get(), await yours.get()]).toEqual([1, 2, 3])
    await expect(yours.get()).rejects.toBeInstanceOf(RangeError)
    await Promise.all(puts)
    await expect(yours.put(1)).rejects.toBeInstanceOf(ChannelClosedError)
  })

  it('drops everything with discard', async () => {
    const [mine, yours] = duplex<number>()
    await mine.put(1)
    await yours.put(2)
    mine.close({ discard: true })
    expect(mine.tryGet()).toEqual({ ok: false, value: undefined })
    expect(yours.tryGet()).toEqual({ ok: false, value: undefined })
    expect([mine.size, yours.size]).toEqual([0, 0])
  })

  it('can be selected on, beside channels of this thread', async () => {
    const made = remote.count(3)
    const other = channel<string>()
    const seen: unknown[] = []
    for (;;) {
      const done = await select({ item: recv(made), other })
      if (!done.ok) break
      seen.push(done.value)
    }
    expect(seen).toEqual([0, 1, 2])
    const [tight] = duplex<number>({ capacity: 0 })
    expect(() => select({ out: send(tight, 1) })).toThrow(InvalidOptionError)
  })

  it('gives loops its sources until all have ended', async () => {
    const [one, two] = [remote.count(50), remote.countTight(50)]
    const seen = new Map([
      [one, 0],
      [two, 0],
    ])
    for await (const source of select(one, two)) {
      expect(await source.get()).toBe(seen.get(source))
      seen.set(source, (seen.get(source) ?? 0) + 1)
    }
    expect([...seen.values()]).toEqual([50, 50])
  })

  it('serves who waits where somebody else took in the message that was to wake them', async () => {
    const [mine, yours] = duplex<number | Date>({ capacity: 1 })
    const puts = [1, 2, 3].map((value) => mine.put(value))
    yours.tryPut(new Date(0))
    await asleep()
    expect(yours.tryGet()?.value).toBe(1)
    expect(mine.tryGet()?.value).toEqual(new Date(0))
    expect(yours.tryGet()?.value).toBe(2)
    await Promise.all(puts)
    const waiting = select(yours)
    expect(yours.tryGet()?.value).toBe(3)
    const next = waiting.next()
    await asleep()
    mine.closeWrite()
    expect(yours.tryGet()?.ok).toBe(false)
    expect((await next).done).toBe(true)
    yours.close()
  })

  it('blocks the main thread only when told to', async () => {
    const made = remote.count(1)
    await made.done
    expect(() => made.getSync()).toThrow(ChannelStateError)
    expect(made.getSync({ timeoutMs: 10_000 })).toBe(0)
    const [mine, yours] = duplex<number>({ capacity: 0 })
    expect(() => mine.getSync({ timeoutMs: 1 })).toThrow(ChannelTimeoutError)
    expect(() => mine.putSync(1, { timeoutMs: 1 })).toThrow(ChannelTimeoutError)
    expect(yours.tryGet()).toBeUndefined()
    const waiting = mine.get()
    expect(() => mine.getSync({ timeoutMs: 1 })).toThrow(ChannelStateError)
    mine.close()
    await expect(waiting).rejects.toBeInstanceOf(ChannelClosedError)
  })

  it('ends when both sides have closed their direction', async () => {
    const [mine, yours] = duplex<number>()
    await mine.put(1)
    mine.closeWrite()
    expect([mine.alive(), yours.alive()]).toEqual([true, true])
    await yours.put(2)
    yours.closeWrite()
    expect([mine.alive(), yours.alive()]).toEqual([false, false])
    expect([await all(mine), await all(yours)]).toEqual([[2], [1]])
    await expect(mine.put(3)).rejects.toBeInstanceOf(ChannelClosedError)
  })

  it('blocks in a select until it has something, or too long', async () => {
    const [one, two] = [remote.countSync(1), duplex<number>()]
    const cases = { one: recv(one), two: recv(two[0]) }
    expect(selectSync(cases, { timeoutMs: 20_000 })).toEqual({ key: 'one', ok: true, value: 0 })
    expect(selectSync({ two: recv(two[0]), out: send(two[0], 1) }, { timeoutMs: 1 }).key).toBe(
      'out',
    )
    expect(() => selectSync({ two: recv(two[0]) }, { timeoutMs: 1 })).toThrow(ChannelTimeoutError)
    expect(() => selectSync(cases)).toThrow(ChannelStateError)
    const here = { one: recv(channel<number>()) }
    expect(() => selectSync(here, { timeoutMs: 1 })).toThrow(InvalidOptionError)
    await one.done
    for (const end of two) end.close()
  })
})
