import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type Channel, channel, recv, select, send } from '../src/index.js'

type Step =
  | { does: 'put' | 'tryPut' | 'send'; producer: number }
  | { does: 'get' | 'tryGet' | 'recv' | 'turn' }
  | { does: 'abort'; wait: number }

const steps = fc.array(
  fc.oneof(
    fc.record({
      does: fc.constantFrom('put' as const, 'tryPut' as const, 'send' as const),
      producer: fc.nat(2),
    }),
    fc.record({ does: fc.constantFrom('get' as const, 'tryGet', 'recv', 'turn') }),
    fc.record({ does: fc.constant('abort' as const), wait: fc.nat(20) }),
  ),
  { maxLength: 60 },
) as fc.Arbitrary<Step[]>

type Item = readonly [producer: number, number: number]

/** Does random things to a channel, and notes what was accepted and what was received. */
class Play {
  readonly accepted: Item[] = []
  readonly received: Item[] = []
  settled = 0
  readonly #waits: { promise: Promise<void>; abort: AbortController }[] = []
  readonly #counts = [0, 0, 0]
  readonly #channel: Channel<Item>

  constructor(made: Channel<Item>) {
    this.#channel = made
  }

  async do(step: Step): Promise<void> {
    if (step.does === 'turn') await new Promise(setImmediate)
    else if (step.does === 'abort') this.#waits[step.wait]?.abort.abort()
    else if ('producer' in step) this.#give(step.does, step.producer)
    else this.#take(step.does)
  }

  async end(): Promise<void> {
    this.#channel.close()
    for await (const item of this.#channel) this.received.push(item)
    await Promise.all(this.#waits.map((wait) => wait.promise))
  }

  get waits(): number {
    return this.#waits.length
  }

  #give(does: string, producer: number): void {
    const item: Item = [producer, this.#counts[producer] as number]
    this.#counts[producer] = item[1] + 1
    const accept = (): number => this.accepted.push(item)
    if (does === 'tryPut') {
      if (this.#channel.tryPut(item)) accept()
    } else if (does === 'put') {
      this.#wait((signal) => this.#channel.put(item, { signal }).then(accept))
    } else {
      const idle = channel<never>()
      this.#wait((signal) =>
        select({ out: send(this.#channel, item), never: recv(idle) }, { signal }).then(accept),
      )
    }
  }

  #take(does: string): void {
    const note = (item: Item): number => this.received.push(item)
    if (does === 'tryGet') {
      const got = this.#channel.tryGet()
      if (got?.ok) note(got.value)
    } else if (does === 'get') {
      this.#wait((signal) => this.#channel.get({ signal }).then(note))
    } else {
      const other = channel<never>()
      this.#wait(async (signal) => {
        const done = await select({ item: this.#channel, other }, { signal })
        if (done.key === 'item' && done.ok) note(done.value)
      })
    }
  }

  #wait(begin: (signal: AbortSignal) => Promise<unknown>): void {
    const abort = new AbortController()
    const over = (): void => {
      this.settled++
    }
    this.#waits.push({ promise: begin(abort.signal).then(over, over), abort })
  }
}

describe('a channel', () => {
  it('gives each accepted item to one reader, in the order of its producer', async () => {
    await fc.assert(
      fc.asyncProperty(steps, fc.nat(3), async (script, capacity) => {
        const play = new Play(channel<Item>(capacity))
        for (const step of script) await play.do(step)
        await play.end()
        expect(play.settled).toBe(play.waits)
        const key = (item: Item): string => item.join(':')
        expect(new Set(play.received.map(key))).toEqual(new Set(play.accepted.map(key)))
        expect(play.received.length).toBe(play.accepted.length)
      }),
      { numRuns: 300 },
    )
  })

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
