const firstPauseMs = 1000
const longestPauseMs = 30_000

/** When threads may be started again after one could not start: after 1 s, doubling to 30 s. */
export class StartBackoff {
  readonly #retry: () => void
  #failures = 0
  #notBefore = 0
  #timer: NodeJS.Timeout | undefined

  /** @param retry called when starts are possible again and somebody asked in between. */
  constructor(retry: () => void) {
    this.#retry = retry
  }

  /** Whether a thread may be started now; if not, `retry` will be called when it may. */
  get isOver(): boolean {
    const leftMs = this.#notBefore - performance.now()
    if (leftMs <= 0) return true
    // Waiting work holds the process, so the timer need not.
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined
      this.#retry()
    }, leftMs).unref()
    return false
  }

  succeeded(): void {
    this.#failures = 0
    this.#notBefore = 0
  }

  failed(): void {
    const pauseMs = Math.min(firstPauseMs * 2 ** this.#failures++, longestPauseMs)
    this.#notBefore = performance.now() + pauseMs
  }

  end(): void {
    clearTimeout(this.#timer)
    this.#timer = undefined
  }
}
