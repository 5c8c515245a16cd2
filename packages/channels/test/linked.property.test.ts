import { duplex, threadCache } from '@conc/channels'
import fc from 'fast-check'
import { afterAll, describe, expect, it } from 'vitest'
import {
  bouncer,
  echo,
  echoSync,
  exchange,
  exchangeMany,
  getMany,
  pickSync,
  putMany,
  stress,
  stressSync,
} from './fixtures/coroutines.mjs'

afterAll(() => threadCache.drain())

/** Each way, in each of ten runs; `CONC_STRESS_ROUNDS=50000` makes it a million in all. */
const rounds = Number(process.env.CONC_STRESS_ROUNDS ?? 1000)

describe('two threads', { timeout: 60_000 + 60 * rounds }, () => {
  it.each([
    ['both in event loops', stress],
    ['one of them blocking', stressSync],
  ])('lose no item and no wake-up, %s', async (_, begin) => {
    const capacities = fc.constantFrom(0, 1, 3, 100, Number.POSITIVE_INFINITY)
    const seeds = fc.tuple(fc.integer(), fc.integer())
    await fc.assert(
      fc.asyncProperty(capacities, seeds, async (capacity, [there, here]) => {
        const [mine, yours] = duplex<unknown>({ capacity })
        const { done } = begin(yours, rounds, there)
        await Promise.all([putMany(mine, rounds, here), getMany(mine, rounds, here + 1), done])
        mine.close()
      }),
      { numRuns: 10 },
    )
  })

  it.each([1, 2, 5])('select to put or to take, at capacity %s', async (capacity) => {
    for (let run = 0; run < 5; run++) {
      const [mine, yours] = duplex<unknown>({ capacity })
      const { done } = exchange(yours, rounds)
      await Promise.all([exchangeMany(mine, rounds), done])
      mine.close()
    }
  })

  it('play 20 000 rounds of ping-pong in Atomics.wait', async () => {
    const made = echoSync(20_000)
    for (let round = 0; round < 20_000; round++) {
      made.putSync(round, { timeoutMs: 30_000 })
      expect(made.getSync({ timeoutMs: 30_000 })).toBe(round)
    }
    await made.done
  })

  it('play 5000 rounds with values that go by the port', async () => {
    const made = echo()
    await made.get()
    for (let round = 0; round < 5000; round++) {
      void made.put(new Date(round))
      expect(await made.get()).toEqual(new Date(round))
    }
    made.close()
  })

  it('wake each other where an end came to its thread after use', async () => {
    const [mine, yours] = duplex<unknown>()
    await yours.put('before')
    expect(await mine.get()).toBe('before')
    await mine.put('before')
    expect(await yours.get()).toBe('before')
    const { done } = bouncer(yours)
    for (let round = 0; round < 500; round++) {
      mine.putSync(new Date(round), { timeoutMs: 30_000 })
      expect(mine.getSync({ timeoutMs: 30_000 })).toEqual(new Date(round))
    }
    mine.close()
    await done.catch(() => {})
  })

  it('block on two channels at once', async () => {
    const [[one, first], [two, second]] = [duplex<unknown>(), duplex<unknown>()]
    const made = pickSync(first, second)
    for (let n = 0; n < 300; n++) {
      await (n % 3 === 0 ? one : two).put(n)
      if (n % 7 === 0) await new Promise(setImmediate)
    }
    one.close()
    two.close()
    const seen = (await made.done) as number[]
    expect(seen.sort((a, b) => a - b)).toEqual(Array.from({ length: 300 }, (_, n) => n))
  })
})
