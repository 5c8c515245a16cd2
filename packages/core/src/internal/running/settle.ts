/**
 * Runs a body and tells how it ended: at once where it gave no promise, as one of its own would cost more than a short
 * body.
 */
export function settle(
  run: () => unknown,
  succeeded: (value: unknown) => void,
  failed: (error: unknown) => void,
): void {
  let result: unknown
  try {
    result = run()
    if (isThenable(result)) {
      Promise.resolve(result).then(succeeded, failed)
      return
    }
  } catch (error) {
    failed(error)
    return
  }
  succeeded(result)
}

function isThenable(value: unknown): value is PromiseLike<unknown> {
  const isObject = typeof value === 'object' || typeof value === 'function'
  return isObject && value !== null && typeof (value as { then?: unknown }).then === 'function'
}
