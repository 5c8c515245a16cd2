/**
 * Whether work that was cancelled for `reason` and rejected with `error` has ended by that cancel: it rejects with the
 * reason itself, an abort error, or an error that has the reason as its cause. Any other error is a failed clean-up.
 */
export function endsAsCancelled(error: unknown, reason: unknown): boolean {
  if (error === reason) return true
  if (typeof error !== 'object' || error === null) return false
  try {
    return isAbort(error, reason)
  } catch {
    // Fields that throw when read are nobody's abort error.
    return false
  }
}

function isAbort(error: object, reason: unknown): boolean {
  const { name, code, cause } = error as { name?: unknown; code?: unknown; cause?: unknown }
  return name === 'AbortError' || code === 'ABORT_ERR' || (cause !== undefined && cause === reason)
}
