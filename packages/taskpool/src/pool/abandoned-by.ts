import { listenTo, stopListening } from '@conc/core/internal'

/** Waits for `promise` no longer than until `signal` aborts; rejects with its reason then. */
export function abandonedBy<T>(signal: AbortSignal | undefined, promise: Promise<T>): Promise<T> {
  if (signal === undefined) return promise
  if (signal.aborted) return Promise.reject(signal.reason)
  return new Promise<T>((resolve, reject) => {
    const listener = { aborted: reject }
    listenTo(signal, listener)
    promise.then(resolve, reject).finally(() => stopListening(signal, listener))
  })
}
