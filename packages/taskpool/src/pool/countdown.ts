import { type Deferred, deferred } from '@conc/core/internal'

/** Resolves when each of some tasks is over. */
export class Countdown<T> {
  readonly #left: Set<T>
  readonly #reached: Deferred<void> = deferred()

  constructor(tasks: Iterable<T>) {
    this.#left = new Set(tasks)
    if (this.#left.size === 0) this.#reached.resolve()
  }

  get reached(): Promise<void> {
    return this.#reached.promise
  }

  tick(task: T): void {
    if (this.#left.delete(task) && this.#left.size === 0) this.#reached.resolve()
  }
}
