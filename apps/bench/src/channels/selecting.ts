import type { Path } from '../harness/suite.js'
import { timedPath } from '../harness/timed-path.js'
import { checkSum } from './items.js'

/** One of two channels that are both ready, beside one `get` of a channel that is. */
export function selecting(items: number): Path {
  return timedPath<number>({
    name: 'select',
    title: `${items} selects over two ready channels`,
    unit: 'item',
    items,
    check: checkSum,
    contestants: [
      {
        name: 'await get()',
        role: 'floor',
        prepare: async (count) => {
          const { channel } = await import('@conc/channels')
          return async () => {
            const made = channel<number>(Number.POSITIVE_INFINITY)
            for (let i = 0; i < count; i++) made.tryPut(i)
            let sum = 0
            for (let i = 0; i < count; i++) sum += await made.get()
            return sum
          }
        },
      },
      {
        name: 'await select({ one, two })',
        role: 'ours',
        goal: { timesFloor: 3 },
        prepare: async (count) => {
          const { channel, recv, select } = await import('@conc/channels')
          return async () => {
            const one = channel<number>(Number.POSITIVE_INFINITY)
            const two = channel<number>(Number.POSITIVE_INFINITY)
            for (let i = 0; i < count; i++) (i % 2 ? one : two).tryPut(i)
            let sum = 0
            for (let i = 0; i < count; i++) {
              const taken = await select({ one: recv(one), two: recv(two) })
              if (taken.ok) sum += taken.value
            }
            return sum
          }
        },
      },
    ],
  })
}
