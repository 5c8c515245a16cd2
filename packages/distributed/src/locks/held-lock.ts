import { LockError } from '../errors.js'
import type { LockRoute } from './lock-route.js'

/** What is held, until it is released, its owner is gone, or its lease is lost. */
export interface Held extends AsyncDisposable {
  /** Grows with every grant of a name: hand it to what you protect, which refuses smaller ones. */
  readonly token: number
  /** Aborts with a `LeaseLostError` when it is held no more though nobody released it. */
  readonly signal: AbortSignal
  /**
   * Lets the next one in, and resolves when that is done.
   *
   * @returns rejects with a `LockError` where it was released before, with the `LeaseLostError` where it was lost.
   */
  release(): Promise<void>
}

export class HeldLock implements Held {
  readonly token: number
  readonly owner: unknown
  readonly #route: LockRoute
  readonly #unwatch: (() => void) | undefined
  #state: 'held' | 'released' | 'lost' = 'held'
  #controller: AbortController | undefined
  #loss: unknown

  constructor(route: LockRoute, owner: unknown, token: number) {
    this.#route = route
    this.owner = owner
    this.token = token
    this.#unwatch = route.watch?.(token, (reason) => this.#lost(reason))
  }

  get signal(): AbortSignal {
    if (this.#controller === undefined) {
      this.#controller = new AbortController()
      if (this.#state === 'lost') this.#controller.abort(this.#loss)
    }
    return this.#controller.signal
  }

  async release(): Promise<void> {
    if (this.#state === 'lost') throw this.#loss
    if (this.#state === 'released') {
      throw new LockError('It is not held any more: it was released before.')
    }
    this.#released()
    await this.#route.ask({ op: 'release', token: this.token }, this.owner).answer
  }

  /** Does nothing where it was released before. */
  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#state !== 'released') await this.release()
  }

  /**
   * Releases it without waiting for the answer: whoever asks through the same route afterwards asks after the release.
   *
   * @throws the `LeaseLostError` where it was lost; what was done meanwhile may have been done by two.
   */
  letGo(): void {
    if (this.#state === 'lost') throw this.#loss
    if (this.#state === 'released') return
    this.#released()
    this.#route.letGo(this.token, this.owner)
  }

  #released(): void {
    this.#state = 'released'
    this.#unwatch?.()
  }

  #lost(reason: unknown): void {
    if (this.#state !== 'held') return
    this.#state = 'lost'
    this.#loss = reason
    this.#controller?.abort(reason)
  }
}
