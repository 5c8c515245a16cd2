import type { Contestant, Figures, Goal, Metric, Path, Role, Sampler } from './suite.js'

export interface ToldTimePath {
  readonly name: string
  readonly title: string
  readonly unit: string
  /** Measures of a sample. */
  readonly items: number
  readonly contestants: readonly ToldTimeContestant[]
}

export interface ToldTimeContestant {
  readonly name: string
  readonly role: Role
  readonly goal?: Goal
  readonly note?: string
  /** Imports the library and sets up; what it returns is one measure and gives its length, us. */
  prepare(): Promise<() => Promise<number>>
}

const metrics: readonly Metric[] = [{ key: 'wallUs', label: 'wall us', digits: 1 }]

/** A path of which only a part of each run counts, between two moments that the contestants know themselves. */
export function toldTimePath({ contestants, items, ...path }: ToldTimePath): Path {
  return {
    ...path,
    metrics,
    judgedBy: 'wallUs',
    contestants: contestants.map((one) => contestant(one, items)),
  }
}

function contestant(one: ToldTimeContestant, items: number): Contestant {
  const { prepare, ...rest } = one
  return {
    ...rest,
    items,
    open: async () => {
      const sampler = new ToldTimeSampler(await prepare(), items)
      await sampler.sample()
      return sampler
    },
  }
}

class ToldTimeSampler implements Sampler {
  readonly #measure: () => Promise<number>
  readonly #items: number

  constructor(measure: () => Promise<number>, items: number) {
    this.#measure = measure
    this.#items = items
  }

  async sample(): Promise<Figures> {
    let us = 0
    for (let i = 0; i < this.#items; i++) us += await this.#measure()
    return { wallUs: us / this.#items }
  }
}
