import { deferred } from '../deferred.js'
import { type AbortListener, listenTo, stopListening } from '../signals.js'

interface Waiter extends AbortListener {
  readonly isMet: () => boolean
  readonly resolve: () => void
}

/** Promises for states of one object: who changes the state calls `check()`. */
export class Conditions {
  readonly #waiters = new Set<Waiter>()

  /** Resolves when `isMet()` holds; rejects with `signal.reason` when given up first. */
  async until(isMet: () => boolean, signal?: AbortSignal): Promise<void> {
    signal?.throwIfAborted()
    if (isMet()) return
    const { promise, resolve, reject } = deferred()
    const waiter: Waiter = { isMet, resolve, aborted: reject }
    this.#waiters.add(waiter)
    if (signal) listenTo(signal, waiter)
    try {
      await promise
    } finally {
      this.#waiters.delete(waiter)
      if (signal) stopListening(signal, waiter)
    }
  }

  check(): void {
    if (this.#waiters.size === 0) return
    for (const waiter of this.#waiters) {
      if (!waiter.isMet()) continue
      this.#waiters.delete(waiter)
      waiter.resolve()
    }
  }
}
