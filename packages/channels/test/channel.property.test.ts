import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { channel } from '../src/index.js'
import { type Item, Play, scripts, stages } from './play.js'

describe.each(stages)('%s', (_, open) => {
  it('gives each accepted item to one reader, in the order of its producer, whoever closes it when', async () => {
    await fc.assert(
      fc.asyncProperty(scripts, fc.constantFrom(0, 1, 2, 3, 100), async (script, capacity) => {
        const play = new Play(open(capacity))
        for (const step of script) await play.do(step)
        await play.end()
        expect(play.settled).toBe(play.waits)
        expect(play.late).toEqual([])
        expectEachOnce(play.received, play.accepted, play.isDiscarded)
        for (const producer of [0, 1, 2]) expectInOrder(play.received, producer)
      }),
      { numRuns: 400 },
    )
  })
})

function expectEachOnce(
  received: readonly Item[],
  accepted: readonly Item[],
  isDiscarded: boolean,
): void {
  const [got, given] = [received.map(String), new Set(accepted.map(String))]
  expect(new Set(got).size).toBe(got.length)
  if (isDiscarded) expect(got.filter((item) => !given.has(item))).toEqual([])
  else expect(new Set(got)).toEqual(given)
}

function expectInOrder(received: readonly Item[], of: number): void {
  const numbers = received.filter(([producer]) => producer === of).map(([, number]) => number)
  expect(numbers).toEqual(numbers.toSorted((a, b) => a - b))
}

describe('a channel', () => {
  it('keeps the order of what was put, and never holds more than its capacity', async () => {
    await fc.assert(
      fc.asyncProperty(fc.nat(5), fc.array(fc.boolean()), async (capacity, script) => {
        const made = channel<number>(capacity)
        const [puts, seen]: [Promise<void>[], number[]] = [[], []]
        let accepted = 0
        for (const isPut of script) {
          if (isPut) puts.push(made.put(puts.length).then(() => void accepted++))
          else {
            const got = made.tryGet()
            if (got?.ok) seen.push(got.value)
          }
          await Promise.resolve()
          expect(accepted - seen.length).toBeLessThanOrEqual(capacity)
        }
        made.close()
        for await (const value of made) seen.push(value)
        await Promise.all(puts)
        expect(seen).toEqual(puts.map((_, index) => index))
      }),
    )
  })
})
