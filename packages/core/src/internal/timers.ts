/** The longest span `setTimeout` takes; above it Node would fire after 1 ms. */
const LONGEST_MS = 2 ** 31 - 1

/** A `setTimeout` without an upper limit that can be called off. It holds the process, as what it bounds does, unless told not to. */
export class Timer {
  #handle: NodeJS.Timeout | undefined
  #isHolding = true
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

  /** Whether it keeps the process from ending. */
  hold(isHolding: boolean): void {
    this.#isHolding = isHolding
    if (isHolding) this.#handle?.ref()
    else this.#handle?.unref()
  }

  #arm(ms: number): void {
    if (ms === Number.POSITIVE_INFINITY) return
    const isFinal = ms <= LONGEST_MS
    const next = (): void => (isFinal ? this.#fire() : this.#arm(this.#dueAt - Date.now()))
    this.#handle = setTimeout(next, Math.min(ms, LONGEST_MS))
    if (!this.#isHolding) this.#handle.unref()
  }
}
