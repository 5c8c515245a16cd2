import { LockError } from '../errors.js'
import type { Hold } from './held-names.js'
import type { LockOwner } from './lock-request.js'

/** What is held, by token and by owner. */
export class Holdings {
  readonly #byToken = new Map<number, Hold>()
  readonly #byOwner = new Map<string, Set<Hold>>()
  /** By owner: the owners that are gone with it. */
  readonly #within = new Map<string, Set<string>>()

  /** @returns its token. */
  add(hold: Hold, owner: LockOwner): number {
    const { token } = hold
    // One that an ancestor shares stays the ancestor's.
    if (hold.owner.id !== owner.id || this.#byToken.has(token)) return token
    this.#byToken.set(token, hold)
    const held = this.#byOwner.get(owner.id) ?? new Set()
    held.add(hold)
    this.#byOwner.set(owner.id, held)
    this.know(owner)
    return token
  }

  delete(hold: Hold): void {
    this.#byToken.delete(hold.token)
    const { id } = hold.owner
    const held = this.#byOwner.get(id)
    held?.delete(hold)
    if (held?.size === 0) this.#byOwner.delete(id)
  }

  of(id: string): readonly Hold[] {
    return [...(this.#byOwner.get(id) ?? [])]
  }

  /** @returns nothing where an ancestor shares it. @throws {LockError} it is not held, or by another. */
  find(token: number, owner: LockOwner): Hold | undefined {
    const hold = this.#byToken.get(token)
    if (hold === undefined) throw new LockError('It is not held any more: it was released before.')
    if (hold.owner.id === owner.id) return hold
    if (hold.delegate && [...owner.ancestors()].includes(hold.owner.id)) return undefined
    throw new LockError(`'${hold.resource.name}' is held by another: ${hold.owner.id}.`)
  }

  /** Notes an owner that is gone with another one. */
  know({ id, within }: LockOwner): void {
    if (within === undefined) return
    const owners = this.#within.get(within) ?? new Set()
    owners.add(id)
    this.#within.set(within, owners)
  }

  /** The owner and those within it, innermost first; they are forgotten. */
  takeWithin(id: string): readonly string[] {
    const owners = [...(this.#within.get(id) ?? [])]
    this.#within.delete(id)
    return [...owners.flatMap((one) => this.takeWithin(one)), id]
  }
}
