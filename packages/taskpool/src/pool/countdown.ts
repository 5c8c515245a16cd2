import { type Deferred, deferred } from '@conc/core/internal'

/** Resolves when a number of things have happened. */
export class Countdown {
  #left: number
  readonly #reached: Deferred<void> = deferred()

  constructor(count: number) {
    this.#left = count
    if (count === 0) this.#reached.resolve()
  }

  get reached(): Promise<void> {
    return this.#reached.promise
  }

  tick(): void {
    this.#left--
    if (this.#left === 0) this.#reached.resolve()
  }
}
