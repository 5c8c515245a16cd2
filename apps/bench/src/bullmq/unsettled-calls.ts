import { randomUUID } from 'node:crypto'
import { setTimeout as pause } from 'node:timers/promises'
import type { BullExecutor } from '@conc/bullmq'
import { type HeapContestant, type Hold, heapPath } from '../harness/heap-path.js'
import type { Path } from '../harness/suite.js'
import { addTask } from '../threads/tasks.js'
import { redisUrl } from './redis.js'

/** What a submitter keeps of a call whose job waits in Redis. */
export function unsettledCalls(items: number): Path {
  return heapPath({
    name: 'unsettled',
    title: `${items} unsettled calls`,
    unit: 'call',
    items,
    maxRounds: 1,
    contestants: [bullCalls],
  })
}

const bullCalls: HeapContestant = {
  name: 'BullExecutor',
  role: 'ours',
  goal: { atMost: 2048 },
  prepare: async () => {
    const { BullExecutor } = await import('@conc/bullmq')
    const url = await redisUrl()
    return async (count) => {
      const bull = new BullExecutor({ url, queue: randomUUID(), queueLimit: count })
      await bull.ready()
      return new WaitingJobs(bull, count)
    }
  },
}

/** Calls on a queue that nobody works on. */
class WaitingJobs implements Hold {
  readonly #bull: BullExecutor
  readonly #calls: Promise<unknown>[]

  constructor(bull: BullExecutor, count: number) {
    this.#bull = bull
    this.#calls = new Array<Promise<unknown>>(count)
  }

  /** Resolves when all stand in Redis: a command on its way is no part of an unsettled call. */
  async fill(): Promise<void> {
    for (let i = 0; i < this.#calls.length; i++) {
      this.#calls[i] = this.#bull.submit(addTask, [i, 1])
      if (i % 100 === 0) await pause(1)
    }
    while ((await this.#bull.stats()).waiting < this.#calls.length) await pause(5)
  }

  async release(): Promise<void> {
    const all = Promise.allSettled(this.#calls)
    await this.#bull.close({ pending: 'reject' })
    const open = (await all).filter(({ status }) => status === 'fulfilled').length
    if (open > 0) throw new Error(`${open} calls of a queue without workers were answered.`)
  }
}
