import { Timer } from '@conc/core/internal'

const lookMs = 1000
/** So many looks in a row that have seen nothing move are five seconds. */
const quietLooks = 5

/** The pool, as its watchdog sees it. */
export interface WatchedPool {
  /** Whether calls are there, none of them runs, and somebody waits for what a running one would have to do. */
  readonly isStuck: boolean
  /** Nothing has moved for a while, and nothing will. */
  stuck(): void
}

/** Notices that work waits, nothing runs, and nothing has come from a worker for five seconds; tells so once. */
export class Watchdog {
  readonly #pool: WatchedPool
  #timer: Timer | undefined
  /** Signs of life. */
  #signs = 0
  #signsThen = 0
  #quiet = 0

  constructor(pool: WatchedPool) {
    this.#pool = pool
  }

  /** Something has come from a worker, or about it. */
  heard(): void {
    this.#signs++
  }

  /** To be called when something has changed. Whoever looks already goes on until work runs. */
  check(): void {
    if (this.#timer !== undefined || !this.#pool.isStuck) return
    this.#quiet = 0
    this.#signsThen = this.#signs
    this.#lookLater()
  }

  end(): void {
    this.#timer?.clear()
  }

  #lookLater(): void {
    this.#timer = new Timer(lookMs, () => {
      this.#timer = undefined
      this.#look()
    })
    this.#timer.hold(false)
  }

  #look(): void {
    if (!this.#pool.isStuck) return
    this.#quiet = this.#signs === this.#signsThen ? this.#quiet + 1 : 0
    this.#signsThen = this.#signs
    this.#lookLater()
    if (this.#quiet < quietLooks) return
    this.#quiet = 0
    this.#pool.stuck()
  }
}
