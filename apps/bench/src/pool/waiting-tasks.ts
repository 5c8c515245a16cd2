import { setImmediate as nextTurn } from 'node:timers/promises'
import { type HeapContestant, type Hold, heapPath } from '../harness/heap-path.js'
import type { Path } from '../harness/suite.js'
import { type Exec, type ExecLibrary, execPeers, poolExec, ring } from './promise-each.js'

const limit = 10

/** What a task costs while it waits: the user's closures and the array that keeps the promises are there before. */
export function waitingTasks(items: number): Path {
  return heapPath({
    name: 'waiting',
    title: `${items} waiting tasks, ${limit} at a time, beyond the user's closure`,
    unit: 'task',
    items,
    maxRounds: 1,
    contestants: [
      { ...execContestant(ring), role: 'floor' },
      spawnN,
      { ...execContestant(poolExec), role: 'ours', goal: { atMost: 400 } },
      ...execPeers.map(execContestant),
    ],
  })
}

const spawnN: HeapContestant = {
  name: 'pool.spawnN',
  role: 'ours',
  goal: { atMost: 200 },
  prepare: async () => {
    const { Pool } = await import('@conc/pool')
    return (count) => {
      const pool = new Pool(limit)
      return new GatedTasks(count, (work) => pool.spawnN(work))
    }
  },
}

function execContestant({ name, load }: ExecLibrary): HeapContestant {
  return {
    name,
    role: 'peer',
    goal: { timesFaster: 1 },
    prepare: async () => {
      const limiter = await load(limit)
      return (count) => {
        const exec: Exec = limiter()
        return new GatedTasks(count, exec)
      }
    },
  }
}

/** Tasks that all wait for one gate, so that those in front hold their slots until it opens. */
class GatedTasks implements Hold {
  readonly #works: readonly (() => Promise<number>)[]
  readonly #kept: unknown[]
  readonly #accept: (work: () => Promise<number>) => unknown
  readonly #end: Promise<void>
  #open = (): void => {}
  #finish = (): void => {}
  #progress = (): void => {}
  #done = 0

  constructor(count: number, accept: (work: () => Promise<number>) => unknown) {
    const gate = new Promise<void>((resolve) => {
      this.#open = resolve
    })
    this.#end = new Promise((resolve) => {
      this.#finish = resolve
    })
    this.#works = Array.from({ length: count }, (_, n) => async () => {
      await gate
      this.#count()
      return n
    })
    this.#kept = new Array(count).fill(undefined)
    this.#accept = accept
  }

  fill(): void {
    this.#works.forEach((work, index) => {
      this.#kept[index] = this.#accept(work)
    })
  }

  async release(onProgress: () => void): Promise<void> {
    this.#progress = onProgress
    this.#open()
    await this.#end
    await nextTurn()
    if (this.#done !== this.#works.length) throw new Error('Tasks ran more than once.')
  }

  #count(): void {
    this.#done++
    if (this.#done % 16_384 === 0) this.#progress()
    if (this.#done === this.#works.length) this.#finish()
  }
}
