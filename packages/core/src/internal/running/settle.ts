/** A body to be run. An object, because three closures would be much of what a short body costs. */
export interface Settling {
  /** Gives a promise, or the value itself. May throw. */
  perform(): unknown
  succeeded(value: unknown): void
  failed(error: unknown): void
}

/**
 * Runs a body and tells how it ended: at once where it gave no promise, as one of its own would cost more than a short
 * body.
 */
export function settle(body: Settling): void {
  let result: unknown
  try {
    result = body.perform()
    if (isThenable(result)) {
      Promise.resolve(result).then(
        (value) => body.succeeded(value),
        (error) => body.failed(error),
      )
      return
    }
  } catch (error) {
    body.failed(error)
    return
  }
  body.succeeded(result)
}

function isThenable(value: unknown): value is PromiseLike<unknown> {
  const isObject = typeof value === 'object' || typeof value === 'function'
  return isObject && value !== null && typeof (value as { then?: unknown }).then === 'function'
}
