import { InvalidOptionError } from '@conc/core'
import {
  checkDuration,
  checkFunction,
  checkKeys,
  checkObject,
  currentFrame,
  type Frame,
  inFrame,
} from '@conc/core/internal'

/** Of the calls inside of `withDeadline`. Milliseconds. */
export interface TimeLimits {
  /** From the call of `withDeadline` to the end of each call; default none. */
  readonly timeoutMs?: number
  /** From each call to the start of its body; default none. */
  readonly startTimeoutMs?: number
}

/**
 * Sets limits of time for every call inside of `fn`, nested ones too; of several the smallest holds.
 *
 * @param limits `timeoutMs`: all of it ends by then, else calls reject with a `TaskTimeoutError`. `startTimeoutMs`: a
 * call in a worker pool or a session that has not begun by then rejects with one whose `phase` is `'waiting'`.
 * @returns what `fn` returns, or its error.
 * @throws {InvalidOptionError} at once, for limits not above 0 or none at all.
 * @example
 * await withDeadline({ timeoutMs: 500 }, () => Promise.all(paths.map((path) => resize(path, 640))))
 */
export function withDeadline<T>(limits: TimeLimits, fn: () => T): Promise<Awaited<T>> {
  checkObject('limits', limits)
  checkKeys('limits', limits, ['timeoutMs', 'startTimeoutMs'])
  checkFunction('fn', fn)
  const { timeoutMs, startTimeoutMs } = limits
  if (timeoutMs === undefined && startTimeoutMs === undefined) {
    throw new InvalidOptionError('limits', 'timeoutMs or startTimeoutMs', limits)
  }
  if (timeoutMs !== undefined) checkDuration('timeoutMs', timeoutMs)
  if (startTimeoutMs !== undefined) checkDuration('startTimeoutMs', startTimeoutMs)
  return run(limits, fn)
}

async function run<T>(limits: TimeLimits, fn: () => T): Promise<Awaited<T>> {
  return await inFrame(framed(limits), fn)
}

function framed({ timeoutMs, startTimeoutMs }: TimeLimits): Frame {
  const around = currentFrame()
  const deadline = timeoutMs === undefined ? undefined : Date.now() + timeoutMs
  return {
    deadline: smallest(deadline, around?.deadline),
    startTimeoutMs: smallest(startTimeoutMs, around?.startTimeoutMs),
  }
}

/** `undefined`: neither is one. */
export function smallest(
  one: number = Number.POSITIVE_INFINITY,
  other: number = Number.POSITIVE_INFINITY,
): number | undefined {
  const least = Math.min(one, other)
  return least === Number.POSITIVE_INFINITY ? undefined : least
}
