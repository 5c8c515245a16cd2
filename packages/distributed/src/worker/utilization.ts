type Reading = ReturnType<typeof performance.eventLoopUtilization>

/** However often it is asked: the figure is of a second at least, and asking does not change the next answer. */
const leastMs = 1000

/** The part of the last time in which this event loop was busy, 0 to 1. */
export class Utilization {
  readonly #now: () => number
  readonly #read: () => Reading
  #latest: { readonly at: number; readonly reading: Reading }
  /** What the figure is measured from. */
  #base: { readonly at: number; readonly reading: Reading }

  constructor(
    read: () => Reading = () => performance.eventLoopUtilization(),
    now: () => number = () => performance.now(),
  ) {
    this.#read = read
    this.#now = now
    this.#latest = { at: now(), reading: read() }
    this.#base = this.#latest
  }

  get value(): number {
    const reading = this.#read()
    const at = this.#now()
    if (at - this.#latest.at >= leastMs) {
      this.#base = this.#latest
      this.#latest = { at, reading }
    }
    const { active, idle } = this.#base.reading
    const busy = reading.active - active
    const whole = busy + reading.idle - idle
    return whole > 0 ? Math.min(Math.max(busy / whole, 0), 1) : 0
  }
}
