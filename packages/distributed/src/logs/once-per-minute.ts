const minuteMs = 60_000
const mostCauses = 1000

/** Lets each cause through once a minute, and counts what it held back. */
export class OncePerMinute {
  readonly #causes = new Map<string, { until: number; unsaid: number }>()
  readonly #now: () => number

  constructor(now: () => number = () => performance.now()) {
    this.#now = now
  }

  /** @returns how many were held back since the last one; `undefined` where this one is. */
  take(cause: string): number | undefined {
    const now = this.#now()
    const known = this.#causes.get(cause)
    if (known && known.until > now) {
      known.unsaid++
      return undefined
    }
    this.#causes.delete(cause)
    if (this.#causes.size >= mostCauses) this.#causes.clear()
    this.#causes.set(cause, { until: now + minuteMs, unsaid: 0 })
    return known?.unsaid ?? 0
  }
}
