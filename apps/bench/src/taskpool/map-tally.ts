import type { Path } from '../harness/suite.js'
import { type TimedContestant, timedPath } from '../harness/timed-path.js'
import { type MapPeer, mapPeers } from '../pool/map-peers.js'
import { numbers } from '../pool/numbers.js'
import { eachByIndex } from '../pool/runner-loop.js'
import { Tally } from './tally.js'

type TallyContestant = TimedContestant<Tally>

/** No-op async tasks over an array, run for what they do: nobody asks for their results. */
export function mapTally(limit: number, items: number): Path {
  return timedPath<Tally>({
    name: `map/${limit}`,
    title: `${items} no-op async tasks over an array, ${limit} at a time, results not asked for`,
    unit: 'task',
    items,
    check: (tally, count) => tally.check(count),
    contestants: [loop(limit), ours(limit), ...mapPeers.map((one) => peer(one, limit))],
  })
}

function loop(limit: number): TallyContestant {
  return {
    name: 'loop of runners',
    role: 'floor',
    prepare: async (count) => {
      const items = numbers(count)
      return async () => {
        const tally = new Tally()
        await eachByIndex(items, limit, tally.add)
        return tally
      }
    },
  }
}

function ours(numConcurrent: number): TallyContestant {
  return {
    name: 'TaskPool.map',
    role: 'ours',
    goal: { timesFloor: 3 },
    prepare: async (count) => {
      const { TaskPool } = await import('@conc/taskpool')
      const items = numbers(count)
      return async () => {
        const tally = new Tally()
        const pool = new TaskPool({ retain: 'errors' })
        pool.map(tally.add, items, { numConcurrent })
        await pool.gatherAndClose()
        return tally
      }
    },
  }
}

function peer({ name, load }: MapPeer, limit: number): TallyContestant {
  return {
    name,
    role: 'peer',
    // A loop with callbacks, which knows of no tasks: a pace to see, not one to beat.
    ...(name !== 'async.mapLimit' && { goal: { timesFaster: 1 } }),
    prepare: async (count) => {
      const map = await load(limit)
      const items = numbers(count)
      return async () => {
        const tally = new Tally()
        await map(items, tally.add)
        return tally
      }
    },
  }
}
