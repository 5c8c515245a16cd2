const isAborted = Object.getOwnPropertyDescriptor(AbortSignal.prototype, 'aborted')?.get as (
  this: AbortSignal,
) => boolean

/**
 * Makes a signal one that code can poll which never lets its event loop turn: `aborted` and `throwIfAborted()` look for news first.
 * Nothing else does. If it were enough to get hold of the signal, that could abort it between a look at `aborted` and the
 * listener that is added next, for which it is too late.
 *
 * @param look aborts the signal if it is to be; called as long as it is not.
 * @returns the same signal.
 */
export function polledSignal(signal: AbortSignal, look: () => void): AbortSignal {
  const get = (): boolean => {
    if (!isAborted.call(signal)) look()
    return isAborted.call(signal)
  }
  const throwIfAborted = (): void => {
    if (get()) throw signal.reason
  }
  Object.defineProperty(signal, 'aborted', { get, configurable: true })
  Object.defineProperty(signal, 'throwIfAborted', { value: throwIfAborted, configurable: true })
  return signal
}
