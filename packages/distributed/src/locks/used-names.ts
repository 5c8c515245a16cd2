import { LockError } from '../errors.js'
import { BarrierState } from './barrier-state.js'
import { HeldName } from './held-names.js'
import type { AcquireRequest, LockInfo } from './lock-request.js'
import { SharedEventState } from './shared-event-state.js'

const mostNames = 10_000

/** The names in use, each with its state. One that nobody uses any more vanishes. */
export class UsedNames {
  readonly #held = new Map<string, HeldName>()
  readonly #events = new Map<string, SharedEventState>()
  readonly #barriers = new Map<string, BarrierState>()
  readonly #nextToken: () => number

  constructor(nextToken: () => number) {
    this.#nextToken = nextToken
  }

  get size(): number {
    return this.#held.size + this.#events.size + this.#barriers.size
  }

  /** @throws {LockError} too many names are in use. */
  held(request: AcquireRequest): HeldName {
    const key = HeldName.keyOf(request)
    return this.#found(this.#held, key, request.name, () => new HeldName(request, this.#nextToken))
  }

  /** @throws {LockError} too many names are in use. */
  event(name: string): SharedEventState {
    return this.#found(this.#events, name, name, () => new SharedEventState(name))
  }

  /** @throws {LockError} too many names are in use, or this one is for another number of parties. */
  barrier(name: string, parties: number): BarrierState {
    const make = (): BarrierState => new BarrierState(name, parties)
    const barrier = this.#found(this.#barriers, name, name, make)
    barrier.check(parties)
    return barrier
  }

  /** Forgets it where nobody uses it. */
  tidy(state: HeldName | SharedEventState | BarrierState): void {
    if (!state.isUnused) return
    if (state instanceof HeldName) this.#held.delete(state.key)
    else if (state instanceof SharedEventState) this.#events.delete(state.name)
    else this.#barriers.delete(state.name)
  }

  inspect(namespace: string): readonly LockInfo[] {
    const all = [...this.#held.values(), ...this.#events.values(), ...this.#barriers.values()]
    return all.filter(({ name }) => name.startsWith(namespace)).map((one) => one.info())
  }

  #found<T>(all: Map<string, T>, key: string, name: string, make: () => T): T {
    const known = all.get(key)
    if (known) return known
    if (this.size >= mostNames) {
      throw new LockError(`'${name}' would be one more than ${mostNames} names in use.`)
    }
    const made = make()
    all.set(key, made)
    return made
  }
}
