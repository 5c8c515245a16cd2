import { AsyncLocalStorage } from 'node:async_hooks'
import { processState } from '@conc/core/internal'
import type { LockReply, LockRequest } from './lock-request.js'

/** The way to a lock host. */
export interface LockRoute {
  /** Whoever asks from here: one for each acquisition outside of tasks. */
  owner(): unknown
  /** Resolves with the answer; rejects with what refused it, or with `signal.reason`, and holds nothing then. */
  request(request: LockRequest, owner: unknown, signal?: AbortSignal): Promise<LockReply>
}

/** Under this key a pool or a session has the way to its lock host. */
export const lockRoute: unique symbol = Symbol.for('conc.lockRoute') as never

interface RouteHolder {
  /** In a worker: to the pool that runs the task around this code, if there is one. */
  ofTask?: () => LockRoute | undefined
  ofProcess?: LockRoute
}

const ambient = processState('lock-route', () => new AsyncLocalStorage<LockRoute>())
const holder = processState<RouteHolder>('lock-routes', () => ({}))

/** To be called in a worker. */
export function setTaskRoute(find: () => LockRoute | undefined): void {
  holder.ofTask = find
}

/** Runs `fn` with this way to locks, where no task of a worker is around it. */
export function runWithRoute<T>(route: LockRoute, fn: () => T): T {
  return ambient.run(route, fn)
}

/** The pool that runs this task; else the innermost one around; else what `make` makes, once. */
export function routeHere(make: () => LockRoute): LockRoute {
  const around = holder.ofTask?.() ?? ambient.getStore()
  if (around) return around
  holder.ofProcess ??= make()
  return holder.ofProcess
}
