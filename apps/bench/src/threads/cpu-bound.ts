import type { Path } from '../harness/suite.js'
import { type TimedContestant, timedPath } from '../harness/timed-path.js'
import { type Add, piscina, piscinaAdd, rpc, rpcAdd, threads, threadsAdd } from './callers.js'
import { callAll } from './calls.js'
import { spin } from './work.js'

/** A millisecond of computing a task, all handed over at once. The floor is the same on this thread alone. */
export function cpuBound(items: number): Path {
  return timedPath<readonly unknown[]>({
    name: 'cpu-bound',
    title: `${items} tasks of 1 ms CPU on two threads; at best half of the time on one`,
    unit: 'task',
    items,
    judgedBy: 'wallUs',
    check: (results, count) => {
      if (results.length !== count) throw new Error(`Expected ${count} results.`)
    },
    contestants: [
      {
        name: 'on this thread',
        role: 'floor',
        prepare: async (count) => () => Array.from({ length: count }, (_, seed) => spin(seed)),
      },
      {
        ...spinner('ThreadExecutor', 'ours', threadsAdd, async () => {
          const made = await threads()
          const { spinTask } = await import('./tasks.js')
          return (seed) => made.submit(spinTask, [seed])
        }),
        goal: { timesFloor: 0.57 },
      },
      spinner('bare port RPC', 'peer', rpcAdd, async () => {
        const made = await rpc()
        return (seed) => made.call('spin', [seed])
      }),
      spinner(
        'piscina',
        'peer',
        () => piscinaAdd('sync'),
        async () => {
          const made = await piscina('sync')
          return (seed) => made.run(seed, { name: 'spin' })
        },
      ),
    ],
  })
}

/** Short calls before the clock starts: in a run of 200 tasks the compiler would take its time from their cores. */
const shortCalls = 10_000

function spinner(
  name: string,
  role: TimedContestant<readonly unknown[]>['role'],
  openAdd: () => Promise<Add>,
  open: () => Promise<(seed: number) => Promise<unknown>>,
): TimedContestant<readonly unknown[]> {
  return {
    name,
    role,
    prepare: async (count) => {
      await callAll(await openAdd(), Math.min(shortCalls, 50 * count), 4)
      const run = await open()
      await run(1)
      return () => Promise.all(Array.from({ length: count }, (_, seed) => run(seed)))
    },
  }
}
