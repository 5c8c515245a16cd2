/** Calls made at once while they are few, and together where they are many. */
export class Pace {
  readonly #call: () => void
  readonly #everyMs: number
  readonly #burst: number
  #credit: number
  #countedAt: number = performance.now()
  #timer: NodeJS.Timeout | undefined

  /** @param burst calls that may be made without a pause; one more per `everyMs`. */
  constructor(call: () => void, everyMs: number, burst: number) {
    this.#call = call
    this.#everyMs = everyMs
    this.#burst = burst
    this.#credit = burst
  }

  ask(): void {
    if (this.#timer) return
    const now = performance.now()
    const earned = (now - this.#countedAt) / this.#everyMs
    this.#credit = Math.min(this.#burst, this.#credit + earned)
    this.#countedAt = now
    if (this.#credit >= 1) this.#make()
    else this.#timer = setTimeout(() => this.#make(), this.#everyMs).unref()
  }

  stop(): void {
    clearTimeout(this.#timer)
    this.#credit = Number.NEGATIVE_INFINITY
  }

  #make(): void {
    this.#timer = undefined
    this.#credit--
    this.#call()
  }
}
