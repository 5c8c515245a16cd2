import type { Path } from '../harness/suite.js'
import { type TimedContestant, timedPath } from '../harness/timed-path.js'
import { piscina, rpc, threads } from './callers.js'
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
        ...spinner('ThreadExecutor', 'ours', async () => {
          const made = await threads()
          const { spinTask } = await import('./tasks.js')
          return (seed) => made.submit(spinTask, [seed])
        }),
        goal: { timesFloor: 0.57 },
      },
      spinner('bare port RPC', 'peer', async () => {
        const made = await rpc()
        return (seed) => made.call('spin', [seed])
      }),
      spinner('piscina', 'peer', async () => {
        const made = await piscina('sync')
        return (seed) => made.run(seed, { name: 'spin' })
      }),
    ],
  })
}

function spinner(
  name: string,
  role: TimedContestant<readonly unknown[]>['role'],
  open: () => Promise<(seed: number) => Promise<unknown>>,
): TimedContestant<readonly unknown[]> {
  return {
    name,
    role,
    prepare: async (count) => {
      const run = await open()
      await run(1)
      return () => Promise.all(Array.from({ length: count }, (_, seed) => run(seed)))
    },
  }
}
