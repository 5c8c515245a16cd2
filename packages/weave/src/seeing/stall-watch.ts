import { Timer } from '@conc/core/internal'

/** Says when nothing has happened for a while, then again at doubling intervals until something does. */
export class StallWatch {
  readonly #afterMs: number
  readonly #tell: () => void
  #seenAt: number = performance.now()
  #intervalMs: number
  #timer: Timer

  constructor(afterMs: number, tell: () => void) {
    this.#afterMs = afterMs
    this.#intervalMs = afterMs
    this.#tell = tell
    this.#timer = this.#armed(afterMs)
  }

  /** Something started or settled. */
  seen(): void {
    this.#seenAt = performance.now()
    // A shorter interval than the timer waits for: it was armed after a stall.
    if (this.#intervalMs > this.#afterMs) {
      this.#intervalMs = this.#afterMs
      this.#rearm(this.#afterMs)
    }
  }

  end(): void {
    this.#timer.clear()
  }

  /** The timer is not touched by every event: when it fires it looks how long it has been quiet. */
  #look(): void {
    const leftMs = this.#seenAt + this.#intervalMs - performance.now()
    // A timer may fire a fraction of a millisecond early.
    if (leftMs > 1) {
      this.#rearm(leftMs)
      return
    }
    this.#seenAt = performance.now()
    this.#intervalMs *= 2
    this.#rearm(this.#intervalMs)
    this.#tell()
  }

  #rearm(ms: number): void {
    this.#timer.clear()
    this.#timer = this.#armed(ms)
  }

  /** It holds no process: where nothing else does, a run that waits for nothing ends with it. */
  #armed(ms: number): Timer {
    const timer = new Timer(ms, () => this.#look())
    timer.hold(false)
    return timer
  }
}
