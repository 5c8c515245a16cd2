import { isMainThread } from 'node:worker_threads'
import { checkBoolean, checkObject, checkPause } from '@conc/core/internal/base'
import type { SyncOptions } from '../channel/channel.js'
import { timeoutOf } from '../channel/limited-waits.js'
import { ChannelStateError } from '../errors.js'
import { ownBell } from './bell.js'
import { Patience } from './patience.js'

/** Falling asleep and being woken takes about as long. */
const patience = new Patience(0.01)

/** What a thread can block on. */
export interface Sleeper {
  readonly name: string
  /** Tells the other side to ring, or that there is no need to any more. */
  sleepsInAtomics(isAsleep: boolean): void
}

/**
 * Blocks this thread until `attempt` gives something.
 *
 * @throws {ChannelTimeoutError}
 */
export function blockUntil<T>(
  sleepers: readonly Sleeper[],
  attempt: () => T | undefined,
  { timeoutMs = Number.POSITIVE_INFINITY }: SyncOptions,
): T {
  const found = attempt()
  if (found !== undefined) return found
  const dueAt = performance.now() + timeoutMs
  for (;;) {
    const soon = spin(attempt, dueAt)
    if (soon !== undefined) return soon
    const left = dueAt - performance.now()
    if (left <= 0) throw timeoutOf(sleepers[0]?.name ?? 'select', timeoutMs)
    const later = sleepOnce(sleepers, attempt, left)
    if (later !== undefined) return later
  }
}

/** Looks again and again for a short time. */
function spin<T>(attempt: () => T | undefined, dueAt: number): T | undefined {
  const end = Math.min(dueAt, performance.now() + patience.next())
  while (performance.now() < end) {
    const found = attempt()
    if (found === undefined) continue
    patience.rewarded()
    return found
  }
  patience.disappointed()
  return undefined
}

/** Says that it sleeps, looks again, and only then sleeps: nothing that comes meanwhile is missed. */
function sleepOnce<T>(
  sleepers: readonly Sleeper[],
  attempt: () => T | undefined,
  ms: number,
): T | undefined {
  const { count } = ownBell
  for (const sleeper of sleepers) sleeper.sleepsInAtomics(true)
  try {
    const found = attempt()
    if (found === undefined) ownBell.sleep(count, ms)
    return found
  } finally {
    for (const sleeper of sleepers) sleeper.sleepsInAtomics(false)
  }
}

/** @throws {InvalidOptionError} @throws {ChannelStateError} a wait without end on the main thread. */
export function checkBlocking(what: string, options: SyncOptions): void {
  checkObject('options', options)
  if (options.timeoutMs !== undefined) checkPause('timeoutMs', options.timeoutMs)
  checkBoolean('allowMainThread', options.allowMainThread)
  if (!isMainThread || options.allowMainThread || options.timeoutMs !== undefined) return
  throw new ChannelStateError(
    `${what} would block the main thread, whose event loop alone notices that a thread has died. Wait asynchronously, or pass timeoutMs or allowMainThread: true.`,
  )
}
