/**
 * Tells when somebody who holds something was not heard for too long. What has arrived, and was not read because this
 * process stood still, is read first.
 */
export class SilenceWatch {
  readonly #limitMs: number
  readonly #isHolding: () => boolean
  readonly #tooLong: () => void
  #heardAt: number = performance.now()
  #timer: NodeJS.Timeout | undefined

  constructor(limitMs: number, isHolding: () => boolean, events: { tooLong(): void }) {
    this.#limitMs = limitMs
    this.#isHolding = isHolding
    this.#tooLong = events.tooLong
  }

  heard(): void {
    this.#heardAt = performance.now()
  }

  /** Something is held now. */
  watch(): void {
    if (this.#timer === undefined) this.#lookIn(this.#leftMs)
  }

  end(): void {
    clearTimeout(this.#timer)
    this.#timer = undefined
  }

  get #leftMs(): number {
    return this.#heardAt + this.#limitMs - performance.now()
  }

  #lookIn(ms: number): void {
    if (ms === Number.POSITIVE_INFINITY) return
    this.#timer = setTimeout(() => this.#look(), Math.min(Math.max(ms, 1), 2 ** 31 - 1))
    this.#timer.unref()
  }

  #look(): void {
    this.#timer = undefined
    if (!this.#isHolding()) return
    if (this.#leftMs > 0) this.#lookIn(this.#leftMs)
    else setImmediate(() => this.#judge())
  }

  #judge(): void {
    if (this.#timer !== undefined || !this.#isHolding()) return
    if (this.#leftMs > 0) this.#lookIn(this.#leftMs)
    else this.#tooLong()
  }
}
