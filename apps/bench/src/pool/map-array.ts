import type { Path } from '../harness/suite.js'
import { type TimedContestant, timedPath } from '../harness/timed-path.js'
import { addOne, checkAddedOne, numbers } from './numbers.js'
import { mapByIndex } from './runner-loop.js'

type MapContestant = TimedContestant<readonly unknown[]>

/** No-op async tasks over an array, a new limiter in each run as in a function that maps once. */
export function mapArray(limit: number, items: number): Path {
  return timedPath<readonly unknown[]>({
    name: `map/array/${limit}`,
    title: `${items} no-op async tasks over an array, ${limit} at a time`,
    unit: 'task',
    items,
    check: checkAddedOne,
    contestants: [loop(limit), ours(limit), ...peers(limit)],
  })
}

function loop(limit: number): MapContestant {
  return {
    name: 'loop of runners',
    role: 'floor',
    prepare: async (count) => {
      const items = numbers(count)
      return () => mapByIndex(items, limit, addOne)
    },
  }
}

function ours(limit: number): MapContestant {
  return {
    name: 'pool.map',
    role: 'ours',
    goal: { timesFloor: 1.5 },
    prepare: async (count) => {
      const { Pool } = await import('@conc/pool')
      const items = numbers(count)
      return () => new Pool(limit).map(addOne, items)
    },
  }
}

function peers(limit: number): MapContestant[] {
  return [
    {
      name: 'p-map',
      role: 'peer',
      goal: { timesFaster: 1 },
      prepare: async (count) => {
        const { default: pMap } = await import('p-map')
        const items = numbers(count)
        return () => pMap(items, addOne, { concurrency: limit })
      },
    },
    {
      name: 'p-limit',
      role: 'peer',
      goal: { timesFaster: 1 },
      prepare: async (count) => {
        const { default: pLimit } = await import('p-limit')
        const items = numbers(count)
        return () => pLimit(limit).map(items, addOne)
      },
    },
    {
      name: 'p-queue',
      role: 'peer',
      goal: { timesFaster: 1 },
      prepare: async (count) => {
        const { default: PQueue } = await import('p-queue')
        const items = numbers(count)
        return () => new PQueue({ concurrency: limit }).addAll(items.map((n) => () => addOne(n)))
      },
    },
    {
      name: 'fastq.promise',
      role: 'peer',
      goal: { timesFaster: 1 },
      prepare: async (count) => {
        const { default: fastq } = await import('fastq')
        const items = numbers(count)
        return () => {
          const queue = fastq.promise<unknown, number, number>(addOne, limit)
          return Promise.all(items.map((n) => queue.push(n)))
        }
      },
    },
    {
      name: 'async.mapLimit',
      role: 'peer',
      goal: { timesFaster: 1 },
      prepare: async (count) => {
        const { default: async } = await import('async')
        const items = numbers(count)
        return () => async.mapLimit(items, limit, addOne)
      },
    },
  ]
}
