import type { Path } from '../harness/suite.js'
import { type TimedContestant, timedPath } from '../harness/timed-path.js'
import { threads } from './callers.js'
import { PortStream } from './port-stream.js'

/** Small items pulled from a generator on a thread. */
export function streams(items: number): Path {
  return timedPath<number>({
    name: 'stream',
    title: `a stream of ${items} numbers from a thread`,
    unit: 'item',
    items,
    judgedBy: 'wallUs',
    check: (count, expected) => {
      if (count !== expected) throw new Error(`Expected ${expected} items, got ${count}.`)
    },
    contestants: [
      byHand('port stream, window 16', 'floor', 16, 8),
      {
        name: 'stream()',
        role: 'ours',
        goal: { timesFloor: 1.25 },
        prepare: async (count) => {
          const made = await threads()
          const { countTask } = await import('./tasks.js')
          return () => countItems(made.stream(countTask, [count]))
        },
      },
      byHand('port stream, arrays of 64', 'peer', 256, 64),
    ],
  })
}

function byHand(
  name: string,
  role: 'floor' | 'peer',
  window: number,
  batch: number,
): TimedContestant<number> {
  return {
    name,
    role,
    prepare: async (count) => {
      const stream = new PortStream(window, batch)
      return () => countItems(stream.items(count))
    },
  }
}

async function countItems(items: AsyncIterable<number>): Promise<number> {
  let count = 0
  for await (const item of items) if (item === count) count++
  return count
}
