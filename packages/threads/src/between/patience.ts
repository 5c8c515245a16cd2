/** Waits that are let go by at most before looking is tried again. */
const mostSkipped = 1024

/**
 * It takes some seven rewards to make up for a disappointment: where many waits are in vain and others are over at once,
 * threads take turns on one core.
 */
const afterReward = 0.9

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
    this.#skipped = Math.max(this.#skipped * afterReward, 1)
  }

  disappointed(): void {
    this.#left = Math.floor(this.#skipped)
    this.#skipped = Math.min(2 * this.#skipped, mostSkipped)
  }
}
