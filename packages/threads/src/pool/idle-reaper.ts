import type { Thread } from '../thread/thread.js'

const longestMs = 2 ** 31 - 1

/** Ends threads that had no call for a while. One timer for all of them, set only while a thread is idle. */
export class IdleReaper {
  readonly #timeoutMs: number
  readonly #idle: () => readonly Thread[]
  #timer: NodeJS.Timeout | undefined

  /** @param idle the idle threads that could be ended now, longest idle first. */
  constructor(timeoutMs: number, idle: () => readonly Thread[]) {
    this.#timeoutMs = timeoutMs
    this.#idle = idle
  }

  /** A thread has become idle. */
  watch(): void {
    if (this.#timer === undefined) this.#arm(this.#timeoutMs)
  }

  end(): void {
    clearTimeout(this.#timer)
    this.#timer = undefined
  }

  #arm(ms: number): void {
    if (ms === Number.POSITIVE_INFINITY) return
    this.#timer = setTimeout(() => this.#reap(), Math.min(Math.max(ms, 1), longestMs)).unref()
  }

  #reap(): void {
    this.#timer = undefined
    const now = performance.now()
    for (const thread of this.#idle()) {
      if (now - thread.slots.idleSince >= this.#timeoutMs) void thread.dismiss()
    }
    const [next] = this.#idle()
    if (next) this.#arm(next.slots.idleSince + this.#timeoutMs - now)
  }
}
