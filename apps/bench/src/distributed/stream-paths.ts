import type { Path } from '../harness/suite.js'
import { type TimedContestant, timedPath } from '../harness/timed-path.js'
import type { Add } from '../threads/callers.js'
import { callAll } from '../threads/calls.js'
import { pool, poolAdd, session, sessionAdd } from './callers.js'
import type { ToldNumbers } from './numbers-by-hand.js'
import { pipeNumbers } from './pipe-stream.js'
import { wsNumbers } from './ws-stream.js'

type Numbers = (count: number) => AsyncIterable<number>

/** What the consumer lets the producer be ahead: in the session, in the pool, and by hand. */
const window = 64

/** Numbers from a generator behind a port, beside a call for each. */
export function sessionStream(items: number): Path {
  return timedPath<number>({
    ...measured('session/stream', `a stream of ${items} numbers over a socket, 64 ahead`, items),
    contestants: [
      byHand('ws + msgpackr, a message a turn', () => wsNumbers(window)),
      streamer(async () => {
        const opened = await session()
        const { countTask } = await import('./tasks.js')
        return (count) => opened.stream(countTask, [count])
      }),
      callForEach(items, sessionAdd),
    ],
  })
}

/** Numbers from a generator in a worker process, beside a call for each. */
export function poolStream(items: number): Path {
  return timedPath<number>({
    ...measured('pool/stream', `a stream of ${items} numbers from a process, 64 ahead`, items),
    judgedBy: 'wallUs',
    contestants: [
      byHand('pipe + msgpackr, a message a turn', async () => pipeNumbers(window)),
      streamer(async () => {
        const opened = await pool()
        const { countTask } = await import('./pool-tasks.js')
        return (count) => opened.stream(countTask, [count])
      }),
      callForEach(items, poolAdd),
    ],
  })
}

function measured(name: string, title: string, items: number) {
  return {
    name,
    title,
    unit: 'item',
    items,
    // Of the CPU time of a warm-up most would go by before the code of a stream, which does little for an item, is compiled.
    warmUpRuns: 30,
    check: (count: number, expected: number) => {
      if (count !== expected) throw new Error(`Expected ${expected} items, got ${count}.`)
    },
  }
}

function byHand(name: string, open: () => Promise<ToldNumbers>): TimedContestant<number> {
  return {
    name,
    role: 'floor',
    prepare: async (items) => {
      const numbers = await open()
      return () => countItems(numbers.below(items))
    },
  }
}

function streamer(open: () => Promise<Numbers>): TimedContestant<number> {
  return {
    name: 'stream()',
    role: 'ours',
    prepare: async (items) => {
      const numbers = await open()
      return () => countItems(numbers(items))
    },
  }
}

function callForEach(items: number, open: () => Promise<Add>): TimedContestant<number> {
  return {
    name: 'a call for each item',
    role: 'peer',
    // Ten times as long for an item, so that a tenth of them takes as long.
    items: Math.ceil(items / 10),
    goal: { timesFaster: 10 },
    prepare: async (count) => {
      const add = await open()
      return async () => (await callAll(add, count, 1)) / 2
    },
  }
}

async function countItems(items: AsyncIterable<number>): Promise<number> {
  let count = 0
  for await (const item of items) if (item === count) count++
  return count
}
