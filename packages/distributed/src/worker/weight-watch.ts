const everyMs = 5000

/** Says once when this process has become too heavy: looked at after each call, and every five seconds. */
export class WeightWatch {
  readonly #limit: number
  #tell: (() => void) | undefined

  constructor(limit: number, tell: () => void) {
    this.#limit = limit
    if (limit === Number.POSITIVE_INFINITY) return
    this.#tell = tell
    setInterval(() => this.look(), everyMs).unref()
  }

  look(): void {
    if (this.#tell === undefined || process.memoryUsage.rss() <= this.#limit) return
    const tell = this.#tell
    this.#tell = undefined
    tell()
  }
}
