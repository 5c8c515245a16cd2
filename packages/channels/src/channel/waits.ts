import type { Transferable } from '@conc/core'
import type { Member, Roster } from '@conc/core/internal/base'
import type { End } from './channel.js'

/** Waits in line for an item. */
export interface Taker<T> extends Member {
  /** Called once, after it has left the line; or `ended` is. */
  taken(value: T): void
  ended(end: End): void
}

/** Waits in line with an item. */
export interface Putter<T> extends Member {
  readonly value: T
  readonly transfer: readonly Transferable[] | undefined
  /** Called once, after it has left the line; or `refused` is. */
  accepted(): void
  refused(error: unknown): void
}

/** What a wait makes of an item, and of the end; what it throws rejects the wait. */
export interface Delivery<T, R> {
  item(value: T): R
  end(end: End): R
}

/** A `get`, `recv` or step of an iteration that waits. */
export class Take<T, R> implements Taker<T> {
  list: Roster | undefined
  next: Member | undefined
  prev: Member | undefined
  readonly promise: Promise<R>
  readonly #delivery: Delivery<T, R>
  #resolve!: (value: R | Promise<R>) => void

  constructor(delivery: Delivery<T, R>) {
    this.#delivery = delivery
    this.promise = new Promise((resolve) => {
      this.#resolve = resolve
    })
  }

  taken(value: T): void {
    this.#resolve(this.#delivery.item(value))
  }

  ended(end: End): void {
    this.#resolve(delivered(this.#delivery, end))
  }

  givenUp(reason: unknown): void {
    this.#resolve(Promise.reject(reason))
  }
}

/** A `put` that waits. Its failure may be ignored. */
export class Put<T> implements Putter<T> {
  list: Roster | undefined
  next: Member | undefined
  prev: Member | undefined
  readonly value: T
  readonly transfer: readonly Transferable[] | undefined
  readonly promise: Promise<void>
  #resolve!: (value: void | Promise<void>) => void

  constructor(value: T, transfer: readonly Transferable[] | undefined) {
    this.value = value
    this.transfer = transfer
    this.promise = new Promise((resolve) => {
      this.#resolve = resolve
    })
  }

  accepted(): void {
    this.#resolve()
  }

  refused(error: unknown): void {
    this.promise.catch(() => {})
    this.#resolve(Promise.reject(error))
  }
}

/** The promise of what a wait makes of the end. */
export function delivered<T, R>(delivery: Delivery<T, R>, end: End): Promise<R> {
  try {
    return Promise.resolve(delivery.end(end))
  } catch (error) {
    return Promise.reject(error)
  }
}
