/** Whether a body's result is to be waited for. Iterators and everything else are values. */
export function isThenable(value: unknown): value is PromiseLike<unknown> {
  if (value === null || (typeof value !== 'object' && typeof value !== 'function')) return false
  return value instanceof Promise || typeof (value as PromiseLike<unknown>).then === 'function'
}

/** A native promise as it is, anything else that can be awaited as one. */
export function promiseOf(value: unknown): Promise<unknown> {
  return value instanceof Promise ? value : Promise.resolve(value)
}
