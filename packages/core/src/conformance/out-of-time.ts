import type { Harness } from './harness.js'

interface TimedCall {
  readonly promise: Promise<unknown>
  readonly hasStarted: boolean
  release(): void
}

/**
 * A call whose time ran out in its body, and its error. A body that did not begin in time, elsewhere on a busy machine,
 * is let go, and the next attempt has twice the time: so the first can be short.
 */
export async function outOfTime<T extends TimedCall>(
  h: Harness,
  attempt: (timeoutMs: number, nth: number) => T,
): Promise<{ call: T; error: unknown }> {
  for (let nth = 1, timeoutMs = h.shortMs; ; nth++, timeoutMs *= 2) {
    const call = attempt(timeoutMs, nth)
    const error = await h.rejects(call.promise, 'the call out of time')
    const isLast = timeoutMs * 4 > h.guardMs
    if (call.hasStarted || isLast) return { call, error }
    call.release()
  }
}
