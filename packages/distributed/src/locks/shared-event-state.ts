import { userOf } from './held-names.js'
import type { LockInfo, LockOwner } from './lock-request.js'

/** Set or not; whoever waits goes on when it is set. */
export class SharedEventState {
  readonly name: string
  readonly #waiters = new Map<object, { readonly owner: LockOwner; go(): void }>()
  #isSet = false

  constructor(name: string) {
    this.name = name
  }

  get isSet(): boolean {
    return this.#isSet
  }

  get isUnused(): boolean {
    return !this.#isSet && this.#waiters.size === 0
  }

  set(): void {
    this.#isSet = true
    const waiters = [...this.#waiters.values()]
    this.#waiters.clear()
    for (const { go } of waiters) go()
  }

  clear(): void {
    this.#isSet = false
  }

  wait(key: object, owner: LockOwner, go: () => void): void {
    this.#waiters.set(key, { owner, go })
  }

  leave(key: object): void {
    this.#waiters.delete(key)
  }

  info(): LockInfo {
    const waiters = [...this.#waiters.values()].map(({ owner }) => userOf(owner))
    return { name: this.name, kind: 'event', holders: [], waiters }
  }
}
