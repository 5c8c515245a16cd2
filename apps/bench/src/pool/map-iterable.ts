import type { Path } from '../harness/suite.js'
import { type TimedContestant, timedPath } from '../harness/timed-path.js'
import { addOne, asyncNumberGenerator, checkAddedOne, numberGenerator } from './numbers.js'
import { mapByAsyncIterator, mapByIterator } from './runner-loop.js'

type MapContestant = TimedContestant<readonly unknown[]>

/** No-op async tasks over a generator; beside ours only those that pull from one, as the others copy it first. */
export function mapIterable(limit: number, items: number): Path {
  return timedPath<readonly unknown[]>({
    name: `map/generator/${limit}`,
    title: `${items} no-op async tasks over a generator, ${limit} at a time`,
    unit: 'task',
    items,
    check: checkAddedOne,
    contestants: [
      {
        name: 'loop over the iterator',
        role: 'floor',
        prepare: async (count) => () => mapByIterator(numberGenerator(count), limit, addOne),
      },
      ours(limit, numberGenerator),
      pMap(limit, numberGenerator),
      {
        name: 'async.mapLimit',
        role: 'peer',
        goal: { timesFaster: 1 },
        prepare: async (count) => {
          const { default: async } = await import('async')
          return () => async.mapLimit(numberGenerator(count), limit, addOne)
        },
      },
    ],
  })
}

/** The same over an async generator. */
export function mapAsyncIterable(limit: number, items: number): Path {
  return timedPath<readonly unknown[]>({
    name: `map/async-generator/${limit}`,
    title: `${items} no-op async tasks over an async generator, ${limit} at a time`,
    unit: 'task',
    items,
    check: checkAddedOne,
    contestants: [
      {
        name: 'loop over the iterator',
        role: 'floor',
        prepare: async (count) => () =>
          mapByAsyncIterator(asyncNumberGenerator(count), limit, addOne),
      },
      ours(limit, asyncNumberGenerator),
      pMap(limit, asyncNumberGenerator),
    ],
  })
}

type Source = (count: number) => Iterable<number> | AsyncIterable<number>

function ours(limit: number, source: Source): MapContestant {
  return {
    name: 'pool.map',
    role: 'ours',
    goal: { timesFloor: 1.5 },
    prepare: async (count) => {
      const { Pool } = await import('@conc/pool')
      return () => new Pool(limit).map(addOne, source(count))
    },
  }
}

function pMap(limit: number, source: Source): MapContestant {
  return {
    name: 'p-map',
    role: 'peer',
    goal: { timesFaster: 1 },
    prepare: async (count) => {
      const { default: pMap } = await import('p-map')
      return () => pMap(source(count), addOne, { concurrency: limit })
    },
  }
}
