import type { Settled } from '@conc/core'
import { type HeapContestant, type Hold, heapPath } from '../harness/heap-path.js'
import type { Path } from '../harness/suite.js'
import { addOne, checkAddedOne, numbers } from '../pool/numbers.js'
import { mapByIndex } from '../pool/runner-loop.js'

const limit = 100

/** What a task costs that has ended and whose outcome nobody has taken. Its value, a small number, costs nothing more. */
export function endedTasks(items: number): Path {
  return heapPath({
    name: 'ended',
    title: `${items} ended tasks, their outcomes kept until the flush`,
    unit: 'task',
    items,
    contestants: [settledRecords, taskPool],
  })
}

const settledRecords: HeapContestant = {
  name: 'array of settled records',
  role: 'floor',
  prepare: async () => (count) => {
    let records: Promise<Settled<number>[]> | undefined
    return new EndedTasks({
      count,
      start: (items) => {
        records = mapByIndex(items, limit, async (n) => ({
          status: 'fulfilled',
          value: await addOne(n),
        }))
      },
      take: async () => (await records) ?? [],
    })
  },
}

const taskPool: HeapContestant = {
  name: 'TaskPool.map',
  role: 'ours',
  goal: { atMost: 150 },
  prepare: async () => {
    const { TaskPool } = await import('@conc/taskpool')
    return (count) => {
      const pool = new TaskPool()
      return new EndedTasks({
        count,
        start: (items) => void pool.map(addOne, items, { numConcurrent: limit }),
        take: () => pool.gatherAndClose(),
      })
    }
  },
}

interface EndedTasksInit {
  readonly count: number
  start(items: readonly number[]): void
  take(): Promise<readonly Settled<unknown>[]>
}

/** Tasks that end within the turn in which they are started, before anything is measured. */
class EndedTasks implements Hold {
  readonly #init: EndedTasksInit
  readonly #items: readonly number[]

  constructor(init: EndedTasksInit) {
    this.#init = init
    this.#items = numbers(init.count)
  }

  fill(): void {
    this.#init.start(this.#items)
  }

  async release(onProgress: () => void): Promise<void> {
    const outcomes = await this.#init.take()
    onProgress()
    checkAddedOne(outcomes.map(valueOrReason), this.#init.count)
  }
}

function valueOrReason(outcome: Settled<unknown>): unknown {
  return outcome.status === 'fulfilled' ? outcome.value : outcome.reason
}
