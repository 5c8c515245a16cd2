import type { Path } from '../harness/suite.js'
import { type TimedContestant, timedPath } from '../harness/timed-path.js'
import { type MapPeer, mapPeers } from './map-peers.js'
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
    contestants: [loop(limit), ours(limit), ...mapPeers.map((one) => peer(one, limit))],
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

function peer({ name, load }: MapPeer, limit: number): MapContestant {
  return {
    name,
    role: 'peer',
    goal: { timesFaster: 1 },
    prepare: async (count) => {
      const map = await load(limit)
      const items = numbers(count)
      return () => map(items, addOne)
    },
  }
}
