import { checkBoolean, checkFunction, checkPositiveInteger } from '@conc/core/internal'
import { ask, checkWait, type Wait } from './ask.js'
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

  acquire(options: Wait & { delegate?: boolean } = {}): Promise<Held> {
    checkWait(options, ['delegate'])
    const { delegate = false } = options
    checkBoolean('delegate', delegate)
    return this.#hold({ delegate }, options) as Promise<HeldLock>
  }

  tryAcquire(): Promise<Held | undefined> {
    return this.#hold({ isTry: true })
  }

  use<T>(fn: (held: Held) => T, options: Wait = {}): Promise<Awaited<T>> {
    checkFunction('fn', fn)
    checkWait(options)
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

  acquire(options: Wait & { permits?: number } = {}): Promise<Held> {
    checkWait(options, ['permits'])
    const { permits = 1 } = options
    checkPositiveInteger('permits', permits)
    return this.#hold(permits, false, options) as Promise<HeldLock>
  }

  tryAcquire(permits = 1): Promise<Held | undefined> {
    checkPositiveInteger('permits', permits)
    return this.#hold(permits, true)
  }

  use<T>(fn: (held: Held) => T, options: Wait = {}): Promise<Awaited<T>> {
    checkFunction('fn', fn)
    checkWait(options)
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
