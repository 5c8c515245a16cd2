import type { Path } from '../harness/suite.js'
import { type TimedContestant, timedPath } from '../harness/timed-path.js'
import { addOne, checkAddedOne, numbers } from './numbers.js'
import { RingLimit } from './ring-limit.js'

/** Takes a function and gives a promise of its result, so many at a time. */
export type Exec = (work: () => Promise<number>) => Promise<number>

/** A library's way to make an {@link Exec}. */
export interface ExecLibrary {
  readonly name: string
  /** Resolves with what makes a fresh limiter. */
  load(limit: number): Promise<() => Exec>
}

export const ring: ExecLibrary = {
  name: 'ring with a promise each',
  load: async (limit) => () => {
    const ring = new RingLimit(limit)
    return (work) => ring.exec(work)
  },
}

export const poolExec: ExecLibrary = {
  name: 'pool.exec',
  load: async (limit) => {
    const { Pool } = await import('@conc/pool')
    return () => {
      const pool = new Pool(limit)
      return (work) => pool.exec(work)
    }
  },
}

export const execPeers: readonly ExecLibrary[] = [
  {
    name: 'p-limit',
    load: async (limit) => {
      const { default: pLimit } = await import('p-limit')
      return () => pLimit(limit)
    },
  },
  {
    name: 'p-queue',
    load: async (limit) => {
      const { default: PQueue } = await import('p-queue')
      return () => {
        const queue = new PQueue({ concurrency: limit })
        return (work) => queue.add(work)
      }
    },
  },
  {
    name: 'fastq.promise',
    load: async (limit) => {
      const { default: fastq } = await import('fastq')
      return () => {
        // fastq queues data for one worker; functions as data are how it runs different ones.
        const queue = fastq.promise<unknown, () => Promise<number>, number>((work) => work(), limit)
        return (work) => queue.push(work)
      }
    },
  },
]

/** Separate functions handed over one by one, each with a promise for its caller; all of them wait in the line. */
export function promiseEach(limit: number, items: number): Path {
  return timedPath<readonly unknown[]>({
    name: `exec/${limit}`,
    title: `${items} no-op async functions, a promise each, ${limit} at a time`,
    unit: 'task',
    items,
    check: checkAddedOne,
    contestants: [
      { ...contestant(ring, limit), role: 'floor' },
      { ...contestant(poolExec, limit), role: 'ours', goal: { timesFloor: 2 } },
      submit(limit),
      ...execPeers.map((peer) => contestant(peer, limit)),
    ],
  })
}

/** The pool as the executor it is: a declared task, which might as well run elsewhere. */
function submit(limit: number): TimedContestant<readonly unknown[]> {
  return {
    name: 'pool.submit, declared task',
    role: 'ours',
    prepare: async (count) => {
      const { task } = await import('@conc/core')
      const { Pool } = await import('@conc/pool')
      const addOneTask = task('bench/add-one', addOne)
      const items = numbers(count)
      return () => {
        const pool = new Pool(limit)
        return Promise.all(items.map((n) => pool.submit(addOneTask, [n])))
      }
    },
  }
}

function contestant(
  { name, load }: ExecLibrary,
  limit: number,
): TimedContestant<readonly unknown[]> {
  return {
    name,
    role: 'peer',
    goal: { timesFaster: 1 },
    prepare: async (count) => {
      const limiter = await load(limit)
      const items = numbers(count)
      return () => {
        const exec = limiter()
        return Promise.all(items.map((n) => exec(() => addOne(n))))
      }
    },
  }
}
