import type { Host } from './host.js'

/** Counts the bodies of one task or item: one that ignores its signal outlives its attempt, and holds the slots. */
export class Bodies {
  readonly #host: Host
  readonly #left: () => void
  #running = 0
  #isOver = false

  /** @param left called once, when there is a result and no body runs any more. */
  constructor(host: Host, left: () => void) {
    this.#host = host
    this.#left = left
  }

  get areIdle(): boolean {
    return this.#running === 0
  }

  began(): void {
    this.#running++
    this.#host.bodyBegan()
  }

  ended(): void {
    this.#running--
    this.#check()
    this.#host.bodyEnded()
  }

  /** No attempt follows. */
  over(): void {
    this.#isOver = true
    this.#check()
  }

  #check(): void {
    if (this.#isOver && this.#running === 0) this.#left()
  }
}
