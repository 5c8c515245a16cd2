import type { Path } from '../harness/suite.js'
import { timedPath } from '../harness/timed-path.js'
import { type Add, threads, threadsAdd } from './callers.js'

/** Nested calls on threads. */
export function nestedCalls(items: number): Path {
  return nestedPath('nested', 'on a thread', items, {
    timesFloor: 1.5,
    open: threadsAdd,
    nest: async (count) => {
      const made = await threads()
      const { nestTask } = await import('./tasks.js')
      return () => made.submit(nestTask, [count])
    },
  })
}

/** Calls that a task makes on its own pool: each goes by way of the main side, so the floor is two round trips. */
export function nestedPath(
  name: string,
  where: string,
  items: number,
  {
    timesFloor,
    open,
    nest,
  }: {
    readonly timesFloor: number
    readonly open: () => Promise<Add>
    /** One task that makes so many calls. */
    readonly nest: (count: number) => Promise<() => Promise<number>>
  },
): Path {
  return timedPath<number>({
    name,
    title: `${items} calls made by a task ${where}, one after the other`,
    unit: 'nested call',
    items,
    judgedBy: 'wallUs',
    isOnOneCore: true,
    check: (sum, count) => {
      if (sum !== count) throw new Error(`Expected ${count}, got ${sum}.`)
    },
    contestants: [
      {
        name: 'two round trips',
        role: 'floor',
        prepare: async (count) => {
          const add = await open()
          return async () => {
            let sum = 0
            for (let i = 0; i < count; i++) sum = await add(await add(sum, 1), 0)
            return sum
          }
        },
      },
      { name: 'nested call', role: 'ours', goal: { timesFloor }, prepare: nest },
    ],
  })
}
