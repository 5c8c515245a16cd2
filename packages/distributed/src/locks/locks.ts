import { InvalidOptionError } from '@conc/core'
import { checkFunction } from '@conc/core/internal'
import type { Wait } from './ask.js'
import type { Held } from './held-lock.js'
import { hostOfProcess } from './local-route.js'
import type { LockInfo } from './lock-request.js'
import { type LockRoute, lockRoute, routeHere, runWithRoute } from './lock-route.js'
import { locksOver } from './locks-over.js'

/** One holder at a time. A wait ends with `signal.reason`, a `LockError` after `timeoutMs`, or a `DeadlockError`. */
export interface Lock {
  /** @param options.delegate lets what the holder calls in turn hold it as well. Default false. */
  acquire(options?: Wait & { readonly delegate?: boolean }): Promise<Held>
  /** Now or not at all. */
  tryAcquire(): Promise<Held | undefined>
  /** Runs `fn` while it is held, and releases it however `fn` ends. */
  use<T>(fn: (held: Held) => T, options?: Wait): Promise<Awaited<T>>
}

/** Many readers, or one writer. */
export interface RwLock {
  /** Many at a time. */
  readonly read: Lock
  /** One alone; comes before readers who wait. */
  readonly write: Lock
  /** What was held for writing is held for reading. */
  downgrade(held: Held): Promise<Held>
}

/** So many permits at a time; waits end as those of a `Lock`. */
export interface Semaphore {
  /** @param options.permits how many at once. Default 1. */
  acquire(options?: Wait & { readonly permits?: number }): Promise<Held>
  /** Now or not at all. */
  tryAcquire(permits?: number): Promise<Held | undefined>
  use: Lock['use']
}

/** A flag that is waited for: once set, all who wait go on, and who comes later does not wait. */
export interface SharedEvent {
  set(): Promise<void>
  clear(): Promise<void>
  isSet(): Promise<boolean>
  wait(options?: Wait): Promise<void>
}

/** Lets nobody on until all of its parties have come. One that dies or gives up breaks it: `BrokenBarrierError`. */
export interface Barrier {
  /** @returns the index in the order of arrival. */
  wait(options?: Wait): Promise<number>
  /** Turns away who waits, and mends it. */
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
 * The locks of the innermost `withLocks`, `withPool`, `withSession` or task of a pool around; on threads those of whoever
 * submitted; else those of this process.
 *
 * @param namespace put before each name.
 * @example
 * await locks().lock('ledger').use(async () => post(await read()))
 */
export function locks(namespace?: string): Locks {
  return locksOver(routeHere(processRoute), namespace)
}

/**
 * Runs `fn` with the locks of this pool or session, without its being the ambient executor.
 *
 * @param host a `WorkerPool` or a `Session`, else an `InvalidOptionError` is thrown.
 * @returns what `fn` returns.
 * @example
 * await withLocks(session, () => locks().lock('ledger').use(async () => post(await read())))
 */
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

/** Those of this process, for want of others. */
export function processRoute(): LockRoute {
  process.emitWarning(
    'locks() outside of pools and sessions are seen by this process alone. Use withPool or withLocks to share them.',
    { code: 'CONC_LOCAL_LOCKS' },
  )
  return hostOfProcess()
}
