import { currentFrame, inFrame, processState } from '@conc/core/internal'
import type { LockOwner, LockReply, LockRequest } from './lock-request.js'
import { threadRoute } from './thread-route.js'

/** The way to a lock host. */
export interface LockRoute {
  /** Whoever asks from here: the task, or outside of tasks the single acquisition. */
  owner(): unknown
  /** An owner of its own, whatever runs around; `of` says what is shown of it. */
  stranger(of?: Partial<LockOwner>): unknown
  /** Asks the host. What it says no to, and what cannot be asked, rejects the answer. */
  ask(request: LockRequest, owner: unknown): LockQuestion
  /** Gives back what was granted under this token. Nobody is told how that went; what is asked later comes after it. */
  letGo(token: number, owner: unknown): void
  /** Calls `told` should what was granted under this token be lost. @returns what ends that. */
  watch?(token: number, told: (reason: unknown) => void): () => void
}

export interface LockQuestion {
  readonly answer: Promise<LockReply>
  /** It is not waited for any more. Whatever comes all the same has to be given back. */
  giveUp(): void
}

/** Under this key a pool or a session has the way to its lock host. */
export const lockRoute: unique symbol = Symbol.for('conc.lockRoute') as never

const ofProcess = processState<{ route?: LockRoute }>('lock-routes', () => ({}))

/** Runs `fn` with this way to locks, also in what it calls, until somebody lays another one over it. */
export function runWithRoute<T>(route: LockRoute, fn: () => T): T {
  return inFrame({ locks: route }, fn)
}

/** The innermost one around; else that of the thread above; else the one of this process, which `make` makes once. */
export function routeHere(make: () => LockRoute): LockRoute {
  const around = currentFrame()?.locks ?? threadRoute()
  return (around as LockRoute | undefined) ?? routeOfProcess(make)
}

function routeOfProcess(make: () => LockRoute): LockRoute {
  ofProcess.route ??= make()
  return ofProcess.route
}

/** What has to be laid around code for it to see these locks; those of the process are seen everywhere. */
export function unlessOfProcess(route: LockRoute): LockRoute | undefined {
  return route === ofProcess.route ? undefined : route
}
