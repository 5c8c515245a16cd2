import { deferred } from './deferred.js'

/** Something that has to stop with the work it belongs to: a nested call, a pause, a forwarded signal. */
export interface Dependent {
  cancelled(reason: unknown): void
}

/** Whether one piece of work was told to stop, and why. The `AbortSignal` is made when somebody reads it. */
export class Cancellation {
  #controller: AbortController | undefined
  #dependents: Set<Dependent> | undefined
  #state: 'live' | 'cancelled' | 'ended' = 'live'
  #reason: unknown

  get signal(): AbortSignal {
    if (this.#controller === undefined) {
      this.#controller = new AbortController()
      if (this.#state === 'cancelled') this.#controller.abort(this.#reason)
    }
    return this.#controller.signal
  }

  get isCancelled(): boolean {
    return this.#state === 'cancelled'
  }

  get reason(): unknown {
    return this.#reason
  }

  /** @returns whether this was the cancel that counted: not cancelled before, not ended. */
  cancel(reason: unknown): boolean {
    if (this.#state !== 'live') return false
    this.#state = 'cancelled'
    this.#reason = reason
    this.#controller?.abort(reason)
    const dependents = this.#dependents
    this.#dependents = undefined
    if (dependents) for (const dependent of [...dependents]) dependent.cancelled(reason)
    return true
  }

  /** The work has settled: a later cancel does nothing, and nobody depends on it any more. */
  end(): void {
    if (this.#state === 'live') this.#state = 'ended'
    this.#dependents = undefined
  }

  /** Ties `dependent` to this work; told at once where the cancel already happened. */
  add(dependent: Dependent): void {
    if (this.#state === 'cancelled') dependent.cancelled(this.#reason)
    if (this.#state !== 'live') return
    this.#dependents ??= new Set()
    this.#dependents.add(dependent)
  }

  remove(dependent: Dependent): void {
    this.#dependents?.delete(dependent)
  }

  /** What `wait` gives; rejects with the reason as soon as the cancel comes, also where it came already. */
  async orThrow<T>(wait: T | PromiseLike<T>): Promise<T> {
    const { promise, reject } = deferred<never>()
    const dependent = { cancelled: reject }
    this.add(dependent)
    try {
      const value = await Promise.race([promise, wait])
      if (this.isCancelled) throw this.#reason
      return value
    } finally {
      this.remove(dependent)
    }
  }
}
