import type { Path } from '../harness/suite.js'
import { type TimedContestant, timedPath } from '../harness/timed-path.js'
import { checkSum } from './items.js'

type Pair = TimedContestant<number>

/** One producer and one consumer in the same thread. */
export function handOff(capacity: 0 | 1024, items: number): Path {
  return timedPath<number>({
    name: `hand-off/${capacity}`,
    title: `${items} numbers from a producer to a consumer in this thread, capacity ${capacity}`,
    unit: 'item',
    items,
    check: checkSum,
    contestants: [
      capacity === 0 ? twoAwaits : handWritten(capacity),
      ours(capacity),
      oursInLoop(capacity),
      // Theirs hold at least one item.
      { ...csp(Math.max(1, capacity)), goal: { timesFaster: 1.11 } },
      { ...effect(Math.max(1, capacity)), goal: { timesFaster: capacity === 0 ? 3.33 : 2 } },
    ],
  })
}

const twoAwaits: Pair = {
  name: 'two bare awaits',
  role: 'floor',
  prepare: async (count) => {
    const ready = Promise.resolve()
    return async () => {
      let sum = 0
      for (let i = 0; i < count; i++) {
        await ready
        await ready
        sum += i
      }
      return sum
    }
  },
}

/** An array that is filled and emptied in turn: what one would write for these two loops and nothing else. */
function handWritten(capacity: number): Pair {
  return {
    name: 'array and two promises',
    role: 'floor',
    prepare: async (count) => async () => {
      let [items, wake]: [number[], () => void] = [[], () => {}]
      let sum = 0
      const turn = (): Promise<void> =>
        new Promise((resolve) => {
          wake = resolve
        })
      const produce = async (): Promise<void> => {
        for (let i = 0; i < count; i++) {
          items.push(i)
          if (items.length < capacity) continue
          wake()
          await turn()
        }
        wake()
      }
      const produced = produce()
      for (let got = 0; got < count; ) {
        const taken = items
        items = []
        for (const item of taken) sum += item
        got += taken.length
        if (got === count) break
        wake()
        await turn()
      }
      await produced
      return sum
    },
  }
}

function ours(capacity: number): Pair {
  return {
    name: 'put, get',
    role: 'ours',
    prepare: async (count) => {
      const { channel } = await import('@conc/channels')
      return () => {
        const made = channel<number>(capacity)
        const put = (value: number): Promise<void> => made.put(value)
        return bothSides(count, put, () => made.get())
      }
    },
  }
}

function oursInLoop(capacity: number): Pair {
  return {
    name: 'put, for await',
    role: 'ours',
    prepare: async (count) => {
      const { channel } = await import('@conc/channels')
      return async () => {
        const made = channel<number>(capacity)
        const produce = async (): Promise<void> => {
          for (let i = 0; i < count; i++) await made.put(i)
          made.close()
        }
        void produce()
        let sum = 0
        for await (const value of made) sum += value
        return sum
      }
    },
  }
}

function csp(capacity: number): Pair {
  return {
    name: '@thi.ng/csp',
    role: 'peer',
    prepare: async (count) => {
      const { channel } = await import('@thi.ng/csp')
      return () => {
        const made = channel<number>(capacity)
        const put = (value: number): Promise<boolean> => made.write(value)
        return bothSides(count, put, () => made.read() as Promise<number>)
      }
    },
  }
}

function effect(capacity: number): Pair {
  return {
    name: 'Effect Queue.bounded',
    role: 'peer',
    prepare: async (count) => {
      const [Effect, Queue] = await Promise.all([import('effect/Effect'), import('effect/Queue')])
      const program = Effect.gen(function* () {
        const queue = yield* Queue.bounded<number>(capacity)
        yield* Effect.forkChild(
          Effect.gen(function* () {
            for (let i = 0; i < count; i++) yield* Queue.offer(queue, i)
          }),
        )
        let sum = 0
        for (let i = 0; i < count; i++) sum += yield* Queue.take(queue)
        return sum
      })
      return () => Effect.runPromise(program)
    },
  }
}

async function bothSides(
  count: number,
  put: (value: number) => Promise<unknown>,
  get: () => Promise<number>,
): Promise<number> {
  const produce = async (): Promise<void> => {
    for (let i = 0; i < count; i++) await put(i)
  }
  const produced = produce()
  let sum = 0
  for (let i = 0; i < count; i++) sum += await get()
  await produced
  return sum
}
