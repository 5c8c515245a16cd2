import { setTimeout as sleep } from 'node:timers/promises'
import type { Path, Size } from '../harness/suite.js'
import { type TimedContestant, timedPath } from '../harness/timed-path.js'
import { numbers } from './numbers.js'
import { Semaphore } from './semaphore.js'

interface Load {
  readonly tasks: number
  readonly sleepMs: number
  readonly limit: number
}

const loads: Readonly<Record<Size, Load>> = {
  tiny: { tasks: 200, sleepMs: 1, limit: 50 },
  quick: { tasks: 10_000, sleepMs: 10, limit: 1000 },
  default: { tasks: 20_000, sleepMs: 20, limit: 1000 },
  full: { tasks: 100_000, sleepMs: 200, limit: 1000 },
}

/** Sleeps in the four modes beside a bare semaphore. The clock mostly shows the sleeps, the CPU time shows the pool. */
export function loadTest(size: Size): Path {
  const load = loads[size]
  const { tasks, sleepMs, limit } = load
  const ideal = (tasks / limit) * sleepMs
  return timedPath<number>({
    name: 'load',
    title: `${tasks} sleeps of ${sleepMs} ms, ${limit} at a time (at best ${ideal} ms a run, ${(ideal * 1000) / tasks} us a task)`,
    unit: 'task',
    items: tasks,
    maxRounds: size === 'full' ? 1 : 5,
    warmUp: size !== 'full',
    check: (done, count) => {
      if (done !== count) throw new Error(`Expected ${count} sleeps, got ${done}.`)
    },
    contestants: [semaphore(load), ...modes(load)],
  })
}

function semaphore({ sleepMs, limit }: Load): TimedContestant<number> {
  return {
    name: 'bare semaphore',
    role: 'floor',
    prepare: async (count) => async () => {
      const slots = new Semaphore(limit)
      let done = 0
      const nap = async (): Promise<void> => {
        await sleep(sleepMs)
        done++
        slots.release()
      }
      const running: Promise<void>[] = []
      for (let i = 0; i < count; i++) {
        await slots.acquire()
        running.push(nap())
      }
      await Promise.all(running)
      return done
    },
  }
}

function modes({ sleepMs, limit }: Load): TimedContestant<number>[] {
  const nap = async (): Promise<number> => {
    await sleep(sleepMs)
    return 1
  }
  return [
    {
      name: 'spawn',
      role: 'ours',
      goal: { timesFloor: 2 },
      prepare: async (count) => {
        const { Pool } = await import('@conc/pool')
        return async () => {
          const pool = new Pool(limit)
          for (let i = 0; i < count; i++) await pool.spawn(nap)
          await pool.join()
          return pool.executed
        }
      },
    },
    {
      name: 'map',
      role: 'ours',
      goal: { timesFloor: 2 },
      prepare: async (count) => {
        const { Pool } = await import('@conc/pool')
        const items = numbers(count)
        return async () => (await new Pool(limit).map(nap, items)).length
      },
    },
    {
      name: 'spawnN',
      role: 'ours',
      prepare: async (count) => {
        const { Pool } = await import('@conc/pool')
        return async () => {
          const pool = new Pool(limit)
          for (let i = 0; i < count; i++) pool.spawnN(nap)
          await pool.join()
          return pool.executed
        }
      },
    },
    {
      name: 'iterMap',
      role: 'ours',
      prepare: async (count) => {
        const { Pool } = await import('@conc/pool')
        const items = numbers(count)
        return async () => {
          let done = 0
          for await (const _ of new Pool(limit).iterMap(nap, items)) done++
          return done
        }
      },
    },
  ]
}
