import { Timer } from '@conc/core/internal'
import type { PoolCall } from '../../coordinator/pool-call.js'

/** The time that cancelled bodies have before their process is ended, where that is what cancelling means. */
export class Grace {
  readonly #ms: number
  readonly #isForceful: boolean
  readonly #expired: (call: PoolCall) => void
  readonly #timers = new Map<PoolCall, Timer>()

  constructor(ms: number, cancel: 'cooperative' | 'forceful', expired: (call: PoolCall) => void) {
    this.#ms = ms
    this.#isForceful = cancel === 'forceful'
    this.#expired = expired
  }

  begin(call: PoolCall): void {
    if (!this.#isForceful) return
    const timer = new Timer(this.#ms, () => {
      this.#timers.delete(call)
      if (!call.isSettled) this.#expired(call)
    })
    this.#timers.set(call, timer)
  }

  end(call: PoolCall): void {
    if (this.#timers.size === 0) return
    this.#timers.get(call)?.clear()
    this.#timers.delete(call)
  }

  clear(): void {
    for (const timer of this.#timers.values()) timer.clear()
    this.#timers.clear()
  }
}
