import { LockError } from '../errors.js'
import type { AcquireRequest, LockInfo, LockOwner, LockUser } from './lock-request.js'

/** One grant. */
export interface Hold {
  readonly resource: HeldName
  readonly owner: LockOwner
  readonly token: number
  readonly amount: number
  readonly delegate: boolean
  isWrite: boolean
}

/** Somebody in line for a name. */
export interface Waiter {
  readonly owner: LockOwner
  readonly request: AcquireRequest
  granted(hold: Hold): void
}

/** One name that is held by so many at a time: a lock, a semaphore, or a lock for readers and writers. First come, first served. */
export class HeldName {
  /** Under which the host has it. */
  readonly key: string
  readonly name: string
  readonly kind: 'lock' | 'rwLock' | 'semaphore'
  readonly permits: number
  readonly holds: Set<Hold> = new Set()
  readonly waiters: Set<Waiter> = new Set()
  readonly #nextToken: () => number
  #used = 0

  constructor(request: AcquireRequest, nextToken: () => number) {
    this.key = HeldName.keyOf(request)
    this.name = request.name
    this.kind = kindOf(request)
    this.permits = request.permits
    this.#nextToken = nextToken
  }

  static keyOf(request: AcquireRequest): string {
    return `${kindOf(request)} ${request.name}`
  }

  get isUnused(): boolean {
    return this.holds.size === 0 && this.waiters.size === 0
  }

  /** @throws {LockError} it was first used with another number of permits, or a reader wants to write as well. */
  check({ id }: LockOwner, { kind, permits, amount }: AcquireRequest): void {
    if (
      kind === 'write' &&
      [...this.holds].some(({ owner, isWrite }) => owner.id === id && !isWrite)
    ) {
      throw new LockError(
        `'${this.name}' is held for reading by who wants to write: release it first.`,
      )
    }
    if (this.kind !== 'semaphore') return
    if (permits !== this.permits) {
      throw new LockError(
        `Semaphore '${this.name}' has ${this.permits} permits, and was asked for with ${permits}.`,
      )
    }
    if (amount > permits) {
      throw new LockError(
        `Semaphore '${this.name}' has ${permits} permits; ${amount} are too many.`,
      )
    }
  }

  /** Takes it now, unless somebody waits or it is taken. */
  tryEnter(owner: LockOwner, request: AcquireRequest): Hold | undefined {
    const shared = this.#sharedWith(owner)
    if (shared) return shared
    if (this.#mustQueue(request) || !this.#fits(request)) return undefined
    return this.#grant(owner, request)
  }

  release(hold: Hold): void {
    if (!this.holds.delete(hold)) return
    this.#used -= hold.amount
    this.drain()
  }

  /** A writer becomes a reader, and lets others in unless writers wait. */
  downgrade(hold: Hold): void {
    hold.isWrite = false
    this.drain()
  }

  leave(waiter: Waiter): void {
    if (this.waiters.delete(waiter)) this.drain()
  }

  /** Lets in who can come in now. */
  drain(): void {
    for (let next = this.#next(); next; next = this.#next()) {
      this.waiters.delete(next)
      next.granted(this.#grant(next.owner, next.request))
    }
  }

  info(): LockInfo {
    return {
      name: this.name,
      kind: this.kind,
      holders: [...this.holds].map(({ owner, token }) => ({ ...userOf(owner), token })),
      waiters: [...this.waiters].map(({ owner }) => userOf(owner)),
    }
  }

  /** Who can come in now. */
  #next(): Waiter | undefined {
    const first = this.#first()
    return first && this.#fits(first.request) ? first : undefined
  }

  /** Writers come before readers; else nobody overtakes. */
  #first(): Waiter | undefined {
    if (this.kind === 'rwLock') {
      for (const waiter of this.waiters) if (waiter.request.kind === 'write') return waiter
    }
    return this.waiters.values().next().value
  }

  #mustQueue({ kind }: AcquireRequest): boolean {
    if (kind !== 'read') return this.waiters.size > 0
    return [...this.waiters].some(({ request }) => request.kind === 'write')
  }

  #fits({ kind, amount }: AcquireRequest): boolean {
    if (kind === 'read') return ![...this.holds].some(({ isWrite }) => isWrite)
    if (kind === 'write') return this.holds.size === 0
    return this.#used + amount <= this.permits
  }

  /** What an ancestor holds for its own calls too. */
  #sharedWith(owner: LockOwner): Hold | undefined {
    if (this.holds.size === 0) return undefined
    const above = new Set(owner.ancestors())
    return [...this.holds].find((hold) => hold.delegate && above.has(hold.owner.id))
  }

  #grant(owner: LockOwner, { kind, amount, delegate }: AcquireRequest): Hold {
    const token = this.#nextToken()
    const hold = { resource: this, owner, token, amount, delegate, isWrite: kind === 'write' }
    this.holds.add(hold)
    this.#used += amount
    return hold
  }
}

export function userOf({ id, task }: LockOwner): LockUser {
  return { id, ...(task !== undefined && { task }) }
}

function kindOf({ kind }: AcquireRequest): HeldName['kind'] {
  return kind === 'read' || kind === 'write' ? 'rwLock' : kind
}
