/** Waits that are let go by at most before looking is tried again. */
const mostSkipped = 1024

/**
 * Whether a wait is to begin with looking around. Not where that was in vain of late: both sides may share a core, and
 * then whoever looks keeps the other one from working. The more often it was, the later it is tried again.
 */
export class Patience {
  #skipped = 1
  #left = 0

  /** For the wait that begins. */
  takes(): boolean {
    if (this.#left === 0) return true
    this.#left--
    return false
  }

  rewarded(): void {
    this.#skipped = 1
  }

  disappointed(): void {
    this.#left = this.#skipped
    this.#skipped = Math.min(2 * this.#skipped, mostSkipped)
  }
}
