import type { OpenSession, Session } from './session.js'
import type { Contestant, Figures, Pace, Path, Size } from './suite.js'

/** All that was measured of one contestant. */
export interface Measured {
  readonly contestant: Contestant
  readonly samples: readonly Figures[]
  /** Why there are no samples: the library refuses this Node, the output was wrong, … */
  readonly error?: string
}

export interface RoundsOptions {
  readonly suite: string
  readonly size: Size
  readonly pace: Pace
  readonly open: OpenSession
}

/**
 * Samples every contestant once a round, in an order that rotates by one each round, so that none always runs after
 * the same neighbour and a slow minute of the machine hits all of them alike.
 */
export async function runRounds(path: Path, options: RoundsOptions): Promise<Measured[]> {
  const entrants = await openAll(path, options)
  const start = performance.now()
  try {
    const { maxRounds = Number.POSITIVE_INFINITY, minRounds = 3 } = path
    const rounds = Math.min(options.pace.rounds, maxRounds)
    for (let round = 0; round < rounds; round++) {
      if (round >= minRounds && performance.now() - start > options.pace.budgetMs) break
      for (const entrant of rotated(entrants, round)) await entrant.sample()
    }
    return entrants.map((entrant) => entrant.measured())
  } finally {
    await Promise.all(entrants.map((entrant) => entrant.close()))
  }
}

/** A B C, B C A, C A B, … */
export function rotated<T>(list: readonly T[], round: number): T[] {
  const by = list.length === 0 ? 0 : round % list.length
  return [...list.slice(by), ...list.slice(0, by)]
}

/** One after another: a warm-up beside another one would see half a machine. */
async function openAll(path: Path, options: RoundsOptions): Promise<Entrant[]> {
  const entrants: Entrant[] = []
  for (const contestant of path.contestants) {
    const entrant = new Entrant(contestant)
    entrants.push(entrant)
    await entrant.open(path, options)
  }
  return entrants
}

/** A contestant in its rounds. After an error it sits out the rest and the others go on. */
class Entrant {
  readonly #contestant: Contestant
  readonly #samples: Figures[] = []
  #session: Session | undefined
  #error: string | undefined

  constructor(contestant: Contestant) {
    this.#contestant = contestant
  }

  async open(path: Path, { suite, size, pace, open }: RoundsOptions): Promise<void> {
    const { name, isOnOneCore = false } = path
    const contestant = this.#contestant.name
    const ticket = { suite, path: name, contestant, size, pace, isOnOneCore }
    await this.#orSitOut(async () => {
      this.#session = await open(ticket, this.#contestant)
    })
  }

  async sample(): Promise<void> {
    const session = this.#session
    if (!session || this.#error !== undefined) return
    await this.#orSitOut(async () => {
      this.#samples.push(await session.sample())
    })
  }

  async close(): Promise<void> {
    await this.#session?.close()
  }

  measured(): Measured {
    const contestant = this.#contestant
    if (this.#error !== undefined) return { contestant, samples: [], error: this.#error }
    return { contestant, samples: this.#samples }
  }

  async #orSitOut(work: () => Promise<void>): Promise<void> {
    try {
      await work()
    } catch (error) {
      this.#error = error instanceof Error ? error.message : String(error)
    }
  }
}
