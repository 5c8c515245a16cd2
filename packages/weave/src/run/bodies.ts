/** Counts the bodies of one task or item: one that ignores its signal outlives its attempt, and holds the slot. */
export class Bodies {
  readonly #leave: () => void
  #running = 0
  #isOver = false

  /** @param leave called once, when there is a result and no body runs any more. */
  constructor(leave: () => void) {
    this.#leave = leave
  }

  get areIdle(): boolean {
    return this.#running === 0
  }

  began(): void {
    this.#running++
  }

  ended(): void {
    this.#running--
    this.#check()
  }

  /** No attempt follows. */
  over(): void {
    this.#isOver = true
    this.#check()
  }

  #check(): void {
    if (this.#isOver && this.#running === 0) this.#leave()
  }
}
