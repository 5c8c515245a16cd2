import { deferred } from '../deferred.js'

/** Something that has to stop with the work it belongs to: a nested call, a pause, a forwarded signal. */
export interface Dependent {
  cancelled(reason: unknown): void
}

/** Who is still to be told, while somebody is being told. */
let waiting: [dependent: Dependent, reason: unknown][] | undefined

/**
 * Tells one after the other: whoever is told cancels what depends on it in turn, and a chain of a thousand nested calls
 * would not fit on the stack.
 */
function tell(dependent: Dependent, reason: unknown): void {
  if (waiting) {
    waiting.push([dependent, reason])
    return
  }
  waiting = []
  try {
    dependent.cancelled(reason)
    for (const [next, why] of waiting) next.cancelled(why)
  } finally {
    waiting = undefined
  }
}

/** Whether one piece of work was told to stop, and why. The `AbortSignal` is made when somebody reads it. */
export class Cancellation {
  #controller: AbortController | undefined
  /** Most work has one dependent, if any: a set would be half of what a call allocates. */
  #first: Dependent | undefined
  #others: Set<Dependent> | undefined
  #state: 'live' | 'cancelled' | 'ended' = 'live'
  #reason: unknown
  #atEnd: (() => void)[] | undefined

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
    const [first, others] = [this.#first, this.#others]
    this.#forgetAll()
    if (first) tell(first, reason)
    if (others) for (const dependent of others) tell(dependent, reason)
    return true
  }

  /** The work has settled: a later cancel does nothing, and nobody depends on it any more. */
  end(): void {
    if (this.#state === 'live') this.#state = 'ended'
    this.#forgetAll()
    const atEnd = this.#atEnd
    this.#atEnd = undefined
    if (atEnd) for (const told of atEnd) told()
  }

  /** Calls `told` when the work has settled, cancelled or not. */
  atEnd(told: () => void): void {
    this.#atEnd ??= []
    this.#atEnd.push(told)
  }

  /** Ties `dependent` to this work; told at once where the cancel already happened. */
  add(dependent: Dependent): void {
    if (this.#state === 'cancelled') dependent.cancelled(this.#reason)
    if (this.#state !== 'live' || dependent === this.#first) return
    if (this.#first === undefined && !this.#others?.size) {
      this.#first = dependent
      return
    }
    this.#others ??= new Set()
    this.#others.add(dependent)
  }

  remove(dependent: Dependent): void {
    if (dependent === this.#first) this.#first = undefined
    else this.#others?.delete(dependent)
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

  #forgetAll(): void {
    this.#first = this.#others = undefined
  }
}
