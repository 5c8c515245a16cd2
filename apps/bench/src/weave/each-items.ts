import type { Path } from '../harness/suite.js'
import { timedPath } from '../harness/timed-path.js'

type Output = readonly unknown[]

/** One mapped task over an array, beside the `Promise.all` it replaces. */
export function eachItems(items: number): Path {
  return timedPath<Output>({
    name: `each/${items}`,
    title: `one async function over ${items} items`,
    unit: 'item',
    items,
    check: checkDoubled,
    contestants: [
      {
        name: 'Promise.all over async functions',
        role: 'floor',
        prepare: async (count) => {
          const list = numbers(count)
          return () => Promise.all(list.map((n) => double(n)))
        },
      },
      {
        name: 'weave().each',
        role: 'ours',
        goal: { timesFloor: 1.5 },
        prepare: async (count) => {
          const { weave } = await import('@conc/weave')
          const list = numbers(count)
          return async () => (await weave().each('doubled', list, double).run()).doubled
        },
      },
    ],
  })
}

async function double(n: number): Promise<number> {
  return n * 2
}

function numbers(count: number): number[] {
  return Array.from({ length: count }, (_, index) => index)
}

function checkDoubled(output: Output, count: number): void {
  const wrong = output.findIndex((value, index) => value !== index * 2)
  if (output.length !== count || wrong >= 0) {
    throw new Error(`Expected ${count} doubled numbers, wrong from ${wrong} on.`)
  }
}
