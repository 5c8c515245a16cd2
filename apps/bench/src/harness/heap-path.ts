import { setImmediate as nextTurn } from 'node:timers/promises'
import { getHeapStatistics } from 'node:v8'
import type { Contestant, Figures, Goal, Metric, Path, Role, Sampler } from './suite.js'

export interface HeapPath {
  readonly name: string
  readonly title: string
  readonly unit: string
  readonly items: number
  /** Default 3, the figure hardly varies; fewer where filling takes long. */
  readonly maxRounds?: number
  readonly contestants: readonly HeapContestant[]
}

export interface HeapContestant {
  readonly name: string
  readonly role: Role
  readonly items?: number
  readonly goal?: Goal
  readonly note?: string
  /** Imports the library. What it returns is asked for a small number of items as warm-up, then for all in each round. */
  prepare(): Promise<(items: number) => Promise<Hold> | Hold>
}

/** Work whose own input (closures, names, arrays) exists and is not charged. */
export interface Hold {
  /** Hands all of it over; nothing ends before `release`. */
  fill(): void | Promise<void>
  /** Lets everything run to its end, calls `onProgress` now and then meanwhile, and throws when the output is wrong. */
  release(onProgress: () => void): Promise<void>
}

const metrics: readonly Metric[] = [
  { key: 'bytes', label: 'heap bytes', digits: 0 },
  { key: 'peakBytes', label: 'peak bytes', digits: 0 },
]

/**
 * A path measured in live heap bytes per waiting item, beyond what the hold prepared, and in the highest heap seen from
 * filling to the end, garbage included. Needs `--expose-gc` and a process of its own.
 */
export function heapPath({ contestants, items, maxRounds = 3, ...path }: HeapPath): Path {
  return {
    ...path,
    metrics,
    judgedBy: 'bytes',
    maxRounds,
    contestants: contestants.map((one) => contestant(one, items)),
  }
}

function contestant(one: HeapContestant, allItems: number): Contestant {
  const { prepare, items = allItems, ...rest } = one
  return {
    ...rest,
    items,
    open: async () => {
      const hold = await prepare()
      const warm = await hold(Math.ceil(items / 100))
      await warm.fill()
      await warm.release(() => {})
      return new HeapSampler(hold, items)
    },
  }
}

class HeapSampler implements Sampler {
  readonly #hold: (items: number) => Promise<Hold> | Hold
  readonly #items: number

  constructor(hold: (items: number) => Promise<Hold> | Hold, items: number) {
    this.#hold = hold
    this.#items = items
  }

  async sample(): Promise<Figures> {
    const hold = await this.#hold(this.#items)
    const before = await liveHeap()
    await hold.fill()
    let peak = usedHeap()
    const waiting = await liveHeap()
    await hold.release(() => {
      peak = Math.max(peak, usedHeap())
    })
    return {
      bytes: (waiting - before) / this.#items,
      peakBytes: (peak - before) / this.#items,
    }
  }
}

/** Used heap when all that was started has come to rest and the garbage is gone. */
async function liveHeap(): Promise<number> {
  if (!globalThis.gc) throw new Error('Heap paths need `node --expose-gc`.')
  await nextTurn()
  await nextTurn()
  globalThis.gc()
  globalThis.gc()
  return usedHeap()
}

function usedHeap(): number {
  return getHeapStatistics().used_heap_size
}
