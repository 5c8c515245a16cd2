import { BrokenBarrierError, LockError } from '../errors.js'
import { userOf } from './held-names.js'
import type { LockInfo, LockOwner } from './lock-request.js'

interface Party {
  readonly owner: LockOwner
  arrive(index: number): void
  broken(error: BrokenBarrierError): void
}

/** All go on when the last of the parties has come; one that leaves breaks it for all, until `reset`. */
export class BarrierState {
  readonly name: string
  readonly #parties: number
  readonly #waiting = new Map<object, Party>()
  #isBroken = false

  constructor(name: string, parties: number) {
    this.name = name
    this.#parties = parties
  }

  get isUnused(): boolean {
    return !this.#isBroken && this.#waiting.size === 0
  }

  /** @throws {LockError} it was first used with another number. */
  check(parties: number): void {
    if (parties === this.#parties) return
    throw new LockError(
      `Barrier '${this.name}' is for ${this.#parties} parties, and was asked for with ${parties}.`,
    )
  }

  /** @throws {BrokenBarrierError} */
  wait(key: object, party: Party): void {
    if (this.#isBroken) throw this.#error()
    this.#waiting.set(key, party)
    if (this.#waiting.size < this.#parties) return
    const all = [...this.#waiting.values()]
    this.#waiting.clear()
    all.forEach(({ arrive }, index) => {
      arrive(index)
    })
  }

  /** A party gives up or is gone. */
  leave(key: object): void {
    if (!this.#waiting.delete(key)) return
    this.#isBroken = true
    this.#turnAway()
  }

  reset(): void {
    this.#turnAway()
    this.#isBroken = false
  }

  info(): LockInfo {
    const waiters = [...this.#waiting.values()].map(({ owner }) => userOf(owner))
    return { name: this.name, kind: 'barrier', holders: [], waiters }
  }

  #turnAway(): void {
    const all = [...this.#waiting.values()]
    this.#waiting.clear()
    for (const { broken } of all) broken(this.#error())
  }

  #error(): BrokenBarrierError {
    return new BrokenBarrierError(
      `Barrier '${this.name}' is broken: a party gave up. reset() makes it usable again.`,
    )
  }
}
