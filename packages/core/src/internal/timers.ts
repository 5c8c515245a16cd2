/** The longest span `setTimeout` takes; above it Node would fire after 1 ms. */
const LONGEST_MS = 2 ** 31 - 1

/** A `setTimeout` without an upper limit that can be called off. It holds the process, as what it bounds does. */
export class Timer {
  #handle: NodeJS.Timeout | undefined
  readonly #dueAt: number
  readonly #fire: () => void

  constructor(ms: number, fire: () => void) {
    this.#dueAt = Date.now() + ms
    this.#fire = fire
    this.#arm(ms)
  }

  clear(): void {
    clearTimeout(this.#handle)
  }

  #arm(ms: number): void {
    if (ms === Number.POSITIVE_INFINITY) return
    const isFinal = ms <= LONGEST_MS
    const next = (): void => (isFinal ? this.#fire() : this.#arm(this.#dueAt - Date.now()))
    this.#handle = setTimeout(next, Math.min(ms, LONGEST_MS))
  }
}
