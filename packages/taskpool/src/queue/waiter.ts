import {
  type AbortListener,
  type Deferred,
  deferred,
  listenTo,
  type Member,
  type Roster,
  stopListening,
} from '@conc/core/internal'

/** Somebody who waits for an item, or with an item for room. It leaves its roster in O(1) when its signal aborts. */
export class Waiter<T, P> implements Member, AbortListener {
  list: Member['list']
  next: Member['next']
  prev: Member['prev']
  /** What is waited with. */
  readonly payload: P
  readonly #signal: AbortSignal | undefined
  readonly #served: Deferred<T> = deferred<T>()

  constructor(roster: Roster, payload: P, signal: AbortSignal | undefined) {
    this.payload = payload
    this.#signal = signal
    roster.append(this)
    if (signal) listenTo(signal, this)
  }

  get promise(): Promise<T> {
    return this.#served.promise
  }

  /** Ends the wait. What it is given belongs to whoever waits, also when the signal aborts right after. */
  serve(value: T): void {
    this.#leave()
    this.#served.resolve(value)
  }

  aborted(reason: unknown): void {
    this.#leave()
    this.#served.reject(reason)
  }

  #leave(): void {
    this.list?.remove(this)
    if (this.#signal) stopListening(this.#signal, this)
  }
}
