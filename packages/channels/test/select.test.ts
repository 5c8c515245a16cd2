import { InvalidOptionError } from '@conc/core'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
// Under another name, as the linter takes `after` for a hook of the test.
import {
  type Channel,
  ChannelClosedError,
  channel,
  after as delay,
  recv,
  select,
  send,
  ticker,
  trySelect,
} from '../src/index.js'

async function filled(...values: number[]): Promise<Channel<number>> {
  const made = channel<number>(Number.POSITIVE_INFINITY)
  for (const value of values) await made.put(value)
  return made
}

describe('select', () => {
  describe('case form', () => {
    it('waits for the first case; the others keep their items', async () => {
      const [one, two] = [channel<number>(), channel<string>()]
      const done = select({ one: recv(one), two })
      const late = one.put(1)
      expect(await done).toEqual({ key: 'one', ok: true, value: 1 })
      await late
      const other = two.put('kept')
      expect(await two.get()).toBe('kept')
      await other
    })

    it('sends when somebody takes, and withdraws the value when another case wins', async () => {
      const [out, other] = [channel<number>(), channel<number>(1)]
      const done = select({ out: send(out, 1), other: recv(other) })
      await other.put(2)
      expect(await done).toEqual({ key: 'other', ok: true, value: 2 })
      expect(out.tryGet()).toBeUndefined()
      const sent = select({ out: send(out, 3) })
      expect(await out.get()).toBe(3)
      expect(await sent).toEqual({ key: 'out', ok: true })
    })

    it('goes either way on one channel, but never with itself', async () => {
      const made = channel<number>()
      const cases = { in: recv(made), out: send(made, 7) }
      const sent = select(cases)
      expect(await made.get()).toBe(7)
      expect(await sent).toEqual({ key: 'out', ok: true })
      const received = select(cases)
      await made.put(8)
      expect(await received).toEqual({ key: 'in', ok: true, value: 8 })
    })

    it('chooses among the ready by the random number', async () => {
      const [one, two] = [await filled(1), await filled(2)]
      const done = await select({ one, two }, { random: () => 0.99 })
      expect(done).toEqual({ key: 'two', ok: true, value: 2 })
      expect(one.size).toBe(1)
    })

    it('sees a closed channel as ready', async () => {
      const made = channel<number>()
      made.close()
      expect(await select({ made })).toEqual({ key: 'made', ok: false, value: undefined })
      await expect(select({ out: send(made, 1) })).rejects.toBeInstanceOf(ChannelClosedError)
    })

    it('takes default only when nothing is ready', async () => {
      const made = channel<number>(1)
      expect(await select({ made }, { default: true })).toEqual({ key: 'default' })
      expect(trySelect({ made })).toBeUndefined()
      await made.put(1)
      expect(trySelect({ made })).toEqual({ key: 'made', ok: true, value: 1 })
    })

    it('leaves out cases that are switched off', async () => {
      const made = await filled(1)
      const done = await select({ off: recv(undefined), gone: null, made })
      expect(done.key).toBe('made')
    })

    it('is given up by its signal and leaves every channel', async () => {
      const [one, two] = [channel<number>(), channel<number>()]
      const abort = new AbortController()
      const done = select({ one, out: send(two, 1) }, { signal: abort.signal })
      abort.abort('enough')
      await expect(done).rejects.toBe('enough')
      expect([one.tryPut(1), two.tryGet()]).toEqual([false, undefined])
    })

    it.each([
      [() => select({})],
      [() => select({ off: null })],
      [() => select({ five: 5 as never })],
      [() => select({ a: channel() }, { random: 1 as never })],
      [() => select({ a: channel() }, { default: 0 as never })],
      [() => recv({} as never)],
    ])('refuses %s', (wrong) => {
      expect(wrong).toThrow(InvalidOptionError)
    })

    it('chooses each of two ready cases about as often', async () => {
      const counts = { one: 0, two: 0 }
      const [one, two] = [channel<number>(1), channel<number>(1)]
      let seed = 1
      const random = (): number => {
        seed = (seed * 48271) % 2147483647
        return seed / 2147483647
      }
      for (let round = 0; round < 1000; round++) {
        one.tryPut(1)
        two.tryPut(1)
        counts[(await select({ one, two }, { random })).key]++
      }
      expect(Math.abs(counts.one - counts.two)).toBeLessThan(150)
    })
  })

  describe('loop form', () => {
    it('gives sources that have something until all have ended', async () => {
      const [one, two] = [await filled(1, 2), await filled(3)]
      one.close()
      two.close()
      const seen: (number | undefined)[] = []
      for await (const source of select(one, two)) seen.push(source.tryGet()?.value)
      expect(seen.sort()).toEqual([1, 2, 3])
    })

    it('starts each round one source further', async () => {
      const sources = [await filled(1, 1, 1), await filled(2, 2, 2), await filled(3, 3, 3)]
      for (const source of sources) source.close()
      const seen: (number | undefined)[] = []
      for await (const source of select(...sources)) seen.push(source.tryGet()?.value)
      expect(seen).toEqual([1, 2, 3, 2, 3, 1, 3, 1, 2])
    })

    it('gives a source again that was not read', async () => {
      const made = await filled(1)
      let rounds = 0
      for await (const source of select(made)) {
        expect(source).toBe(made)
        if (++rounds === 3) break
      }
      expect(made.size).toBe(1)
    })

    it('wakes when an item comes, also by a put that waits', async () => {
      const made = channel<number>()
      const loop = select(made)
      const next = loop.next()
      const put = made.put(1)
      expect((await next).value).toBe(made)
      expect(await made.get()).toBe(1)
      await put
      made.close()
      expect((await loop.next()).done).toBe(true)
    })

    it('gives a failed source once more', async () => {
      const made = channel<number>()
      made.close({ error: new Error('broke') })
      let rounds = 0
      for await (const source of select(made)) {
        rounds++
        await expect(source.get()).rejects.toThrow('broke')
      }
      expect(rounds).toBe(1)
    })
  })
})

describe('after and ticker', () => {
  beforeEach(() => {
    vi.useFakeTimers()
  })
  afterEach(() => {
    vi.useRealTimers()
  })

  it('delivers once and ends', async () => {
    const late = delay(100)
    const done = select({ never: channel<number>(), late })
    await vi.advanceTimersByTimeAsync(100)
    expect((await done).key).toBe('late')
    expect((await late.recv()).ok).toBe(false)
    expect(vi.getTimerCount()).toBe(0)
  })

  it('keeps one tick and drops those it misses', async () => {
    const ticks = ticker(10)
    await vi.advanceTimersByTimeAsync(35)
    expect(await ticks.get()).toBe(1)
    expect(ticks.tryGet()).toBeUndefined()
    await vi.advanceTimersByTimeAsync(10)
    expect(await ticks.get()).toBe(4)
    ticks.close()
    expect(vi.getTimerCount()).toBe(0)
  })

  it('refuses durations that are none', () => {
    expect(() => delay(-1)).toThrow(InvalidOptionError)
    expect(() => ticker(0)).toThrow(InvalidOptionError)
  })
})
