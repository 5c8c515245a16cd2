import type { Path } from '../harness/suite.js'
import { timedPath } from '../harness/timed-path.js'
import { threads, threadsAdd } from './callers.js'

/** Calls that a task makes on its own pool: each goes by way of the main thread, so the floor is two round trips. */
export function nestedCalls(items: number): Path {
  return timedPath<number>({
    name: 'nested',
    title: `${items} calls made by a task on a thread, one after the other`,
    unit: 'nested call',
    items,
    judgedBy: 'wallUs',
    check: (sum, count) => {
      if (sum !== count) throw new Error(`Expected ${count}, got ${sum}.`)
    },
    contestants: [
      {
        name: 'two round trips',
        role: 'floor',
        prepare: async (count) => {
          const add = await threadsAdd()
          return async () => {
            let sum = 0
            for (let i = 0; i < count; i++) sum = await add(await add(sum, 1), 0)
            return sum
          }
        },
      },
      {
        name: 'nested call',
        role: 'ours',
        goal: { timesFloor: 1.5 },
        prepare: async (count) => {
          const made = await threads()
          const { nestTask } = await import('./tasks.js')
          return () => made.submit(nestTask, [count])
        },
      },
    ],
  })
}
