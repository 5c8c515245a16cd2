import { DeadlockError } from '../errors.js'
import type { HeldName } from './held-names.js'
import type { LockOwner } from './lock-request.js'

/** What one owner waits for, and how it stops that. */
export interface LockWait {
  readonly owner: LockOwner
  /** The name that somebody else holds; none where it waits for an event or at a barrier. */
  readonly resource?: HeldName | undefined
  /** It leaves the line; nobody is told. */
  leave(): void
  /** Tells whoever waits that it is over, with an error. */
  refuse(error: DeadlockError): void
}

/** Who waits for whom: for what another one holds, and for the calls one has made. */
export class WaitGraph {
  readonly #waits = new Map<string, Set<LockWait>>()
  /** In the order in which they began. */
  readonly #all = new Set<LockWait>()

  /** Waits that are not over. */
  get size(): number {
    return this.#all.size
  }

  /** The wait that began last. */
  get newest(): LockWait | undefined {
    return [...this.#all].at(-1)
  }

  /** What `id` waits for. */
  of(id: string): readonly LockWait[] {
    return [...(this.#waits.get(id) ?? [])]
  }

  add(wait: LockWait): void {
    const { id } = wait.owner
    const waits = this.#waits.get(id) ?? new Set()
    waits.add(wait)
    this.#waits.set(id, waits)
    this.#all.add(wait)
  }

  /** @returns whether it was there. */
  delete(wait: LockWait): boolean {
    const { id } = wait.owner
    const waits = this.#waits.get(id)
    if (!waits?.delete(wait)) return false
    this.#all.delete(wait)
    if (waits.size === 0) this.#waits.delete(id)
    return true
  }

  /** @throws {DeadlockError} `owner` would wait for itself, over however many others. */
  refuseCycle(resource: HeldName, owner: LockOwner): void {
    const above = new Set(owner.ancestors())
    const chain = this.#pathTo(owner.id, above, resource, new Set())
    if (chain) throw deadlock(resource.name, [owner.id, ...chain])
  }

  /** What was just granted may be what somebody waits for whom its new holder waits for: that wait would never end. */
  breakCycles(resource: HeldName, holder: LockOwner): void {
    if (resource.waiters.size === 0) return
    for (const [wait, chain] of this.#waitsBelow(holder, new Set())) {
      if (wait.resource !== resource || !this.delete(wait)) continue
      wait.leave()
      wait.refuse(deadlock(resource.name, [wait.owner.id, resource.name, ...chain]))
    }
  }

  #pathTo(
    target: string,
    above: ReadonlySet<string>,
    resource: HeldName,
    seen: Set<string>,
  ): string[] | undefined {
    for (const { owner } of resource.holds) {
      const path = this.#pathFrom(owner, target, above, seen)
      if (path) return [resource.name, ...path]
    }
    return undefined
  }

  #pathFrom(
    owner: LockOwner,
    target: string,
    above: ReadonlySet<string>,
    seen: Set<string>,
  ): string[] | undefined {
    if (owner.id === target) return [owner.id]
    // Whoever is above waits for what it has called.
    if (above.has(owner.id)) return [owner.id, target]
    if (seen.has(owner.id)) return undefined
    seen.add(owner.id)
    const awaited = [owner.id, ...owner.awaited()]
    if (awaited.includes(target)) return [owner.id, target]
    for (const id of awaited) {
      for (const { resource } of this.of(id)) {
        const path = resource && this.#pathTo(target, above, resource, seen)
        if (path) return [owner.id, ...path]
      }
    }
    return undefined
  }

  /** Every wait that `owner` waits for in the end, with the way to it. */
  *#waitsBelow(owner: LockOwner, seen: Set<string>): Generator<[LockWait, string[]]> {
    if (seen.has(owner.id)) return
    seen.add(owner.id)
    for (const id of [owner.id, ...owner.awaited()]) {
      const way = id === owner.id ? [id] : [owner.id, id]
      for (const wait of this.of(id)) {
        yield [wait, way]
        for (const { owner: next } of wait.resource?.holds ?? []) {
          for (const [below, rest] of this.#waitsBelow(next, seen)) yield [below, [...way, ...rest]]
        }
      }
    }
  }
}

function deadlock(name: string, chain: readonly string[]): DeadlockError {
  return new DeadlockError(`Waiting for '${name}' would never end: ${chain.join(' → ')}.`, {
    chain,
  })
}
