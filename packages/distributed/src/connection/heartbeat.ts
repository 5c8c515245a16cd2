export interface HeartbeatOptions {
  /** A ping after this silence. */
  readonly keepAliveMs: number
  /** Dead after this one. */
  readonly deadAfterMs: number
}

/** Watches the silence of a socket. It never keeps the process alive. */
export class Heartbeat {
  readonly #options: HeartbeatOptions
  readonly #ping: () => void
  readonly #dead: () => void
  #timer: NodeJS.Timeout | undefined
  #heardAt = 0
  #pingedAt = 0
  /** While nothing is read on purpose, silence says nothing. */
  isDeaf = false

  constructor(options: HeartbeatOptions, ping: () => void, dead: () => void) {
    this.#options = options
    this.#ping = ping
    this.#dead = dead
  }

  start(): void {
    this.heard()
    const { keepAliveMs, deadAfterMs } = this.#options
    const shortest = Math.min(keepAliveMs, deadAfterMs)
    if (shortest === Number.POSITIVE_INFINITY) return
    this.#timer = setInterval(() => this.#look(), Math.min(Math.max(shortest / 2, 5), 2 ** 31 - 1))
    this.#timer.unref()
  }

  /** Something came from the other side. */
  heard(): void {
    this.#heardAt = performance.now()
  }

  stop(): void {
    clearInterval(this.#timer)
  }

  #look(): void {
    if (this.isDeaf) this.heard()
    const now = performance.now()
    const silence = now - this.#heardAt
    if (silence >= this.#options.deadAfterMs) {
      this.#dead()
    } else if (
      silence >= this.#options.keepAliveMs &&
      now - this.#pingedAt >= this.#options.keepAliveMs
    ) {
      this.#pingedAt = now
      this.#ping()
    }
  }
}
