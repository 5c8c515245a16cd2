import { deferred } from './deferred.js'

/** Something that ends when a signal aborts. */
export interface AbortListener {
  aborted(reason: unknown): void
}

interface Fan {
  readonly listeners: Set<AbortListener>
  readonly handler: () => void
}

// One listener per foreign signal however many calls it governs: a long-lived signal shared by 100 000 calls
// would otherwise carry 100 000 listeners, and Node would warn at the eleventh.
const fans = new WeakMap<AbortSignal, Fan>()

/** Tells `listener` once when `signal` aborts. The caller has looked at `signal.aborted` before. */
export function listenTo(signal: AbortSignal, listener: AbortListener): void {
  let fan = fans.get(signal)
  if (fan === undefined) {
    const listeners = new Set<AbortListener>()
    fan = { listeners, handler: () => tellAll(signal, listeners) }
    fans.set(signal, fan)
    signal.addEventListener('abort', fan.handler, { once: true })
  }
  fan.listeners.add(listener)
}

/** Forgets `listener`; the last one takes the signal's listener along. */
export function stopListening(signal: AbortSignal, listener: AbortListener): void {
  const fan = fans.get(signal)
  if (!fan?.listeners.delete(listener) || fan.listeners.size > 0) return
  fans.delete(signal)
  signal.removeEventListener('abort', fan.handler)
}

/** What `wait` gives; rejects with `signal.reason` as soon as it aborts, without waiting where it has already. */
export async function unlessAborted<T>(
  wait: () => Promise<T>,
  signal: AbortSignal | undefined,
): Promise<T> {
  if (signal === undefined) return await wait()
  signal.throwIfAborted()
  const { promise, reject } = deferred<never>()
  const listener: AbortListener = { aborted: reject }
  listenTo(signal, listener)
  try {
    return await Promise.race([wait(), promise])
  } finally {
    stopListening(signal, listener)
  }
}

function tellAll(signal: AbortSignal, listeners: ReadonlySet<AbortListener>): void {
  fans.delete(signal)
  for (const listener of [...listeners]) listener.aborted(signal.reason)
}
