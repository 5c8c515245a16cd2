import { checkBoolean, checkFunction, checkPositiveInteger } from '@conc/core/internal'
import { ask, type Wait } from './ask.js'
import { type Held, HeldLock } from './held-lock.js'
import type { AcquireRequest, HoldKind } from './lock-request.js'
import type { LockRoute } from './lock-route.js'
import type { Lock, RwLock, Semaphore } from './locks.js'

export class NamedLock implements Lock {
  readonly #route: LockRoute
  readonly #kind: HoldKind
  readonly #name: string

  constructor(route: LockRoute, kind: HoldKind, name: string) {
    this.#route = route
    this.#kind = kind
    this.#name = name
  }

  async acquire({ delegate = false, ...wait }: Wait & { delegate?: boolean } = {}): Promise<Held> {
    checkBoolean('delegate', delegate)
    return (await this.#hold({ delegate }, wait)) as HeldLock
  }

  tryAcquire(): Promise<Held | undefined> {
    return this.#hold({ isTry: true })
  }

  use<T>(fn: (held: Held) => T, options: Wait = {}): Promise<Awaited<T>> {
    checkFunction('fn', fn)
    return use(this.#hold({}, options), fn)
  }

  #hold(more: Partial<AcquireRequest>, wait?: Wait): Promise<HeldLock | undefined> {
    return hold(this.#route, requestFor(this.#kind, this.#name, more), wait)
  }
}

export class NamedSemaphore implements Semaphore {
  readonly #route: LockRoute
  readonly #name: string
  readonly #permits: number

  constructor(route: LockRoute, name: string, permits: number) {
    this.#route = route
    this.#name = name
    this.#permits = permits
  }

  async acquire({ permits = 1, ...wait }: Wait & { permits?: number } = {}): Promise<Held> {
    checkPositiveInteger('permits', permits)
    return (await this.#hold(permits, false, wait)) as HeldLock
  }

  async tryAcquire(permits = 1): Promise<Held | undefined> {
    checkPositiveInteger('permits', permits)
    return await this.#hold(permits, true)
  }

  use<T>(fn: (held: Held) => T, options: Wait = {}): Promise<Awaited<T>> {
    checkFunction('fn', fn)
    return use(this.#hold(1, false, options), fn)
  }

  #hold(amount: number, isTry: boolean, wait?: Wait): Promise<HeldLock | undefined> {
    const request = requestFor('semaphore', this.#name, { amount, isTry, permits: this.#permits })
    return hold(this.#route, request, wait)
  }
}

export function rwLockOver(route: LockRoute, name: string): RwLock {
  return {
    read: new NamedLock(route, 'read', name),
    write: new NamedLock(route, 'write', name),
    downgrade: async (held) => {
      const owner = held instanceof HeldLock ? held.owner : route.owner()
      await ask(route, { op: 'downgrade', token: held.token }, {}, owner)
      return held
    },
  }
}

function requestFor(kind: HoldKind, name: string, more: Partial<AcquireRequest>): AcquireRequest {
  const usual = { amount: 1, permits: 1, isTry: false, delegate: false }
  return { op: 'acquire', kind, name, ...usual, ...more }
}

async function hold(
  route: LockRoute,
  request: AcquireRequest,
  wait?: Wait,
): Promise<HeldLock | undefined> {
  const owner = route.owner()
  const token = await ask(route, request, wait, owner)
  return typeof token === 'number' ? new HeldLock(route, owner, token) : undefined
}

async function use<T>(
  acquired: Promise<HeldLock | undefined>,
  fn: (held: Held) => T,
): Promise<Awaited<T>> {
  const held = (await acquired) as HeldLock
  let value: Awaited<T>
  try {
    value = await fn(held)
  } catch (error) {
    // What `fn` threw says more than the loss of the lease, which may have been its reason.
    held[Symbol.asyncDispose]().catch(() => {})
    throw error
  }
  held.letGo()
  return value
}
