import type { Load } from '@conc/core'
import type { PoolStats } from '../pool-stats.js'
import { plainStats, type TellingExecutor } from './served-executor.js'

/** The server, for whoever asks how it is. */
export interface FigureSource {
  readonly name: string
  readonly state: 'open' | 'draining' | 'closed'
  readonly load: Load
  readonly sessions: number
  readonly inFlight: number
  readonly tasks: ReadonlyMap<string, string | undefined>
}

/** What a server tells of itself, around what its executor does. */
export class ServerFigures {
  readonly #source: FigureSource
  readonly #executor: TellingExecutor
  readonly #startedAt = performance.now()
  #workedAt = performance.now()

  constructor(source: FigureSource, executor: TellingExecutor) {
    this.#source = source
    this.#executor = executor
  }

  /** A call is over. */
  worked(): void {
    this.#workedAt = performance.now()
  }

  async stats(): Promise<PoolStats> {
    const own = await this.#executor.stats?.()
    const { name, state, load, sessions, inFlight, tasks } = this.#source
    const isBusy = load.running + load.waiting + inFlight > 0
    const idleMs = isBusy ? 0 : performance.now() - this.#workedAt
    return {
      ...(own ?? plainStats([...tasks.keys()])),
      name,
      // An open server says how its pool is.
      state: state === 'open' ? (own?.state ?? state) : state,
      load,
      sessions,
      uptimeMs: performance.now() - this.#startedAt,
      idleMs: Math.min(idleMs, own?.idleMs ?? idleMs),
    }
  }
}
