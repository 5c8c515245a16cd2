import { InvalidOptionError } from '@conc/core'
import {
  checkBoolean,
  checkFunction,
  checkName,
  checkObject,
  checkPause,
  checkPositiveInteger,
  checkSignal,
  Timer,
} from '@conc/core/internal'
import { LockError } from '../errors.js'
import { LocalLockRoute } from './local-route.js'
import { LockHost } from './lock-host.js'
import type { AcquireRequest, HoldKind, LockInfo, LockRequest } from './lock-request.js'
import { type LockRoute, lockRoute, routeHere, runWithRoute } from './lock-route.js'

/** How long to wait for something. */
export interface Wait {
  readonly signal?: AbortSignal
  /** Milliseconds; default no limit. A `LockError` says that they are over. */
  readonly timeoutMs?: number
}

/** What is held, until it is released or its owner is gone. */
export interface Held extends AsyncDisposable {
  /** Grows with every grant: hand it to what you protect, which refuses smaller ones. */
  readonly token: number
  release(): Promise<void>
}

export interface Lock {
  acquire(options?: Wait & { readonly delegate?: boolean }): Promise<Held>
  /** Now or not at all. */
  tryAcquire(): Promise<Held | undefined>
  /** Runs `fn` while it is held, and releases it however `fn` ends. */
  use<T>(fn: (held: Held) => T, options?: Wait): Promise<Awaited<T>>
}

export interface RwLock {
  /** Many at a time. */
  readonly read: Lock
  /** One alone; comes before readers who wait. */
  readonly write: Lock
  /** What was held for writing is held for reading. */
  downgrade(held: Held): Promise<Held>
}

export interface Semaphore {
  acquire(options?: Wait & { readonly permits?: number }): Promise<Held>
  tryAcquire(permits?: number): Promise<Held | undefined>
  use: Lock['use']
}

export interface SharedEvent {
  set(): Promise<void>
  clear(): Promise<void>
  isSet(): Promise<boolean>
  wait(options?: Wait): Promise<void>
}

export interface Barrier {
  /** @returns the index in the order of arrival. */
  wait(options?: Wait): Promise<number>
  reset(): Promise<void>
}

/** Names that all processes of a pool see alike. First come, first served; what a task holds is released with it. */
export interface Locks {
  lock(name: string): Lock
  rwLock(name: string): RwLock
  /** The first user fixes `permits`. */
  semaphore(name: string, permits: number): Semaphore
  event(name: string): SharedEvent
  /** For `parties` at a time, again and again. */
  barrier(name: string, parties: number): Barrier
  /** Who holds and who waits. */
  inspect(): Promise<readonly LockInfo[]>
}

/**
 * The locks of the pool that runs this task; else of the innermost `withLocks`, `withPool` or `withSession` around; else of this
 * process.
 *
 * @param namespace put before each name.
 * @example
 * await locks().lock('ledger').use(async () => post(await read()))
 */
export function locks(namespace?: string): Locks {
  return locksOver(routeHere(processRoute), namespace)
}

/** Runs `fn` with the locks of this pool or session, without its being the ambient executor. */
export function withLocks<T>(
  host: { readonly locks: (namespace?: string) => Locks },
  fn: () => T,
): Promise<Awaited<T>> {
  checkFunction('fn', fn)
  const route = (host as unknown as { readonly [lockRoute]?: LockRoute } | undefined)?.[lockRoute]
  if (route === undefined) {
    throw new InvalidOptionError('host', 'a WorkerPool or a Session', host)
  }
  return runIn(route, fn)
}

async function runIn<T>(route: LockRoute, fn: () => T): Promise<Awaited<T>> {
  return await runWithRoute(route, fn)
}

function processRoute(): LockRoute {
  process.emitWarning(
    'locks() outside of pools and sessions are seen by this process alone. Use withPool or withLocks to share them.',
    { code: 'CONC_LOCAL_LOCKS' },
  )
  return new LocalLockRoute(new LockHost(), 'process')
}

export function locksOver(route: LockRoute, namespace?: string): Locks {
  if (namespace !== undefined) checkName('namespace', namespace)
  const whole = (name: string): string => {
    checkName('name', name)
    return namespace === undefined ? name : `${namespace}/${name}`
  }
  return {
    lock: (name) => new NamedLock(route, 'lock', whole(name)),
    rwLock: (name) => rwLockOver(route, whole(name)),
    semaphore: (name, permits) => {
      checkPositiveInteger('permits', permits)
      return new NamedSemaphore(route, whole(name), permits)
    },
    event: (name) => eventOver(route, whole(name)),
    barrier: (name, parties) => {
      checkPositiveInteger('parties', parties)
      return barrierOver(route, whole(name), parties)
    },
    inspect: async () => {
      const prefix = namespace === undefined ? '' : `${namespace}/`
      return (await ask(route, { op: 'inspect', namespace: prefix })) as readonly LockInfo[]
    },
  }
}

class NamedLock implements Lock {
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
    const request = requestFor(this.#kind, this.#name, { delegate })
    return (await hold(this.#route, request, wait)) as Held
  }

  tryAcquire(): Promise<Held | undefined> {
    return hold(this.#route, requestFor(this.#kind, this.#name, { isTry: true }))
  }

  use<T>(fn: (held: Held) => T, options: Wait = {}): Promise<Awaited<T>> {
    checkFunction('fn', fn)
    return useHeld(this.acquire(options), fn)
  }
}

class NamedSemaphore implements Semaphore {
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
    return (await hold(this.#route, this.#request(permits, false), wait)) as Held
  }

  async tryAcquire(permits = 1): Promise<Held | undefined> {
    checkPositiveInteger('permits', permits)
    return await hold(this.#route, this.#request(permits, true))
  }

  use<T>(fn: (held: Held) => T, options: Wait = {}): Promise<Awaited<T>> {
    checkFunction('fn', fn)
    return useHeld(this.acquire(options), fn)
  }

  #request(amount: number, isTry: boolean): AcquireRequest {
    return requestFor('semaphore', this.#name, { amount, isTry, permits: this.#permits })
  }
}

function rwLockOver(route: LockRoute, name: string): RwLock {
  return {
    read: new NamedLock(route, 'read', name),
    write: new NamedLock(route, 'write', name),
    downgrade: async (held) => {
      const owner = held instanceof HeldToken ? held.owner : route.owner()
      await ask(route, { op: 'downgrade', token: held.token }, {}, owner)
      return held
    },
  }
}

function eventOver(route: LockRoute, name: string): SharedEvent {
  const event = (action: 'set' | 'clear' | 'isSet'): Promise<unknown> =>
    ask(route, { op: 'event', name, action })
  return {
    set: async () => void (await event('set')),
    clear: async () => void (await event('clear')),
    isSet: async () => (await event('isSet')) === true,
    wait: async (wait) => void (await ask(route, { op: 'eventWait', name }, wait)),
  }
}

function barrierOver(route: LockRoute, name: string, parties: number): Barrier {
  return {
    wait: async (wait) => (await ask(route, { op: 'barrierWait', name, parties }, wait)) as number,
    reset: async () => void (await ask(route, { op: 'barrierReset', name, parties })),
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
): Promise<Held | undefined> {
  const owner = route.owner()
  const token = await ask(route, request, wait, owner)
  return typeof token === 'number' ? new HeldToken(route, owner, token) : undefined
}

async function useHeld<T>(acquired: Promise<Held>, fn: (held: Held) => T): Promise<Awaited<T>> {
  const held = await acquired
  try {
    return await fn(held)
  } finally {
    await held.release()
  }
}

/** Asks the host, as long as the caller wants to wait. */
async function ask(
  route: LockRoute,
  request: LockRequest,
  wait: Wait = {},
  owner: unknown = route.owner(),
): Promise<unknown> {
  checkWait(wait)
  const { signal, timeoutMs } = wait
  if (timeoutMs === undefined) return await route.request(request, owner, signal)
  const controller = new AbortController()
  const what = 'name' in request ? `'${request.name}'` : 'the host'
  const timer = new Timer(timeoutMs, () =>
    controller.abort(new LockError(`Waited ${timeoutMs} ms for ${what} in vain.`)),
  )
  const either = signal ? AbortSignal.any([signal, controller.signal]) : controller.signal
  try {
    return await route.request(request, owner, either)
  } finally {
    timer.clear()
  }
}

function checkWait(wait: Wait): void {
  checkObject('options', wait)
  checkSignal(wait.signal)
  if (wait.timeoutMs !== undefined) checkPause('timeoutMs', wait.timeoutMs)
}

class HeldToken implements Held {
  readonly token: number
  readonly owner: unknown
  readonly #route: LockRoute

  constructor(route: LockRoute, owner: unknown, token: number) {
    this.#route = route
    this.owner = owner
    this.token = token
  }

  /** @throws {LockError} it was released before, or is another's. */
  async release(): Promise<void> {
    await ask(this.#route, { op: 'release', token: this.token }, {}, this.owner)
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.release()
  }
}
