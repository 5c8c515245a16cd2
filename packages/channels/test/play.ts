import fc from 'fast-check'
import {
  type Channel,
  channel,
  duplex,
  type LinkedChannel,
  recv,
  select,
  send,
} from '../src/index.js'

export type Item = readonly [producer: number, number: number]

/** Where a play puts and where it takes: one channel of this thread, or the two ends of a linked one. */
export interface Stage {
  readonly put: Channel<Item>
  readonly get: Channel<Item>
}

export const stages: readonly [string, (capacity: number) => Stage][] = [
  [
    'a channel of this thread',
    (capacity) => {
      const made = channel<Item>(capacity)
      return { put: made, get: made }
    },
  ],
  [
    'a linked channel',
    (capacity) => {
      const [put, get]: [LinkedChannel<Item, Item>, LinkedChannel<Item, Item>] = duplex({
        capacity,
      })
      return { put, get }
    },
  ],
]

type Closing = 'close' | 'error' | 'discard'
type Step =
  | { does: 'put' | 'tryPut' | 'send'; producer: number }
  | { does: 'get' | 'tryGet' | 'recv' | 'turn' }
  | { does: 'abort'; wait: number }
  | { does: 'end'; side: 'put' | 'get'; how: Closing }

const working: readonly { arbitrary: fc.Arbitrary<Step>; weight: number }[] = [
  {
    arbitrary: fc.record({
      does: fc.constantFrom('put' as const, 'tryPut' as const, 'send' as const),
      producer: fc.nat(2),
    }),
    weight: 10,
  },
  {
    arbitrary: fc.record({ does: fc.constantFrom('get' as const, 'tryGet', 'recv', 'turn') }),
    weight: 10,
  },
  { arbitrary: fc.record({ does: fc.constant('abort' as const), wait: fc.nat(20) }), weight: 3 },
]

/** What several producers and consumers do, and when who closes how, if anybody does. */
export const scripts: fc.Arbitrary<Step[]> = fc.array(
  fc.oneof(...(working as never[]), {
    arbitrary: fc.record({
      does: fc.constant('end' as const),
      side: fc.constantFrom('put' as const, 'get' as const),
      how: fc.constantFrom<Closing[]>('close', 'error', 'discard'),
    }),
    weight: 1,
  }),
  { maxLength: 60 },
) as fc.Arbitrary<Step[]>

/** Does what a script says, and notes what was accepted and what was received. */
export class Play {
  readonly accepted: Item[] = []
  readonly received: Item[] = []
  /** Accepted although they were put after the end. */
  readonly late: Item[] = []
  settled = 0
  isDiscarded = false
  readonly #waits: { promise: Promise<void>; abort: AbortController }[] = []
  readonly #counts = [0, 0, 0]
  readonly #stage: Stage
  #isEnded = false

  constructor(stage: Stage) {
    this.#stage = stage
  }

  get waits(): number {
    return this.#waits.length
  }

  async do(step: Step): Promise<void> {
    if (step.does === 'turn') await new Promise(setImmediate)
    else if (step.does === 'abort') this.#waits[step.wait]?.abort.abort()
    else if (step.does === 'end') this.#end(step.side, step.how)
    else if ('producer' in step) this.#give(step.does, step.producer)
    else if (step.does === 'tryGet') await this.#tryTake()
    else this.#take(step.does)
  }

  async end(): Promise<void> {
    this.#stage.put.close()
    try {
      for await (const item of this.#stage.get) this.received.push(item)
    } catch {}
    await Promise.all(this.#waits.map((wait) => wait.promise))
    this.#stage.get.close()
  }

  #end(side: 'put' | 'get', how: Closing): void {
    this.#isEnded = true
    if (how === 'discard') this.isDiscarded = true
    const error = how === 'error' ? new Error('over') : undefined
    this.#stage[side].close({ error, discard: how === 'discard' })
  }

  #give(does: string, producer: number): void {
    const item: Item = [producer, this.#counts[producer] as number]
    this.#counts[producer] = item[1] + 1
    const isLate = this.#isEnded
    const accept = (): void => {
      this.accepted.push(item)
      if (isLate) this.late.push(item)
    }
    const { put } = this.#stage
    if (does === 'tryPut') {
      try {
        if (put.tryPut(item)) accept()
      } catch {}
    } else if (does === 'put' || put.capacity === 0) {
      this.#wait((signal) => put.put(item, { signal }).then(accept))
    } else {
      const idle = channel<never>()
      this.#wait((signal) =>
        select({ out: send(put, item), never: recv(idle) }, { signal }).then(accept),
      )
    }
  }

  async #tryTake(): Promise<void> {
    const got = this.#stage.get.tryGet()
    // Who waited took earlier items, and learns of it in a moment.
    for (let hop = 0; hop < 3; hop++) await Promise.resolve()
    if (got?.ok) this.received.push(got.value)
  }

  #take(does: string): void {
    const note = (item: Item): number => this.received.push(item)
    const { get } = this.#stage
    if (does === 'get') {
      this.#wait((signal) => get.get({ signal }).then(note))
    } else {
      const other = channel<never>()
      this.#wait(async (signal) => {
        const done = await select({ item: get, other }, { signal })
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
