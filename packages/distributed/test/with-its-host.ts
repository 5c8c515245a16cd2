import type { CloseOptions, Executor } from '@conc/core'

/** The same executor, whose close takes along what stands behind it, which has no other owner in a check. */
export function withItsHost<E extends Executor>(executor: E, ...behind: AsyncDisposable[]): E {
  const close = executor.close.bind(executor)
  const closeAll = (options?: CloseOptions): Promise<void> => endBehind(close(options))
  const endBehind = async (closed: Promise<void>): Promise<void> => {
    try {
      await closed
    } finally {
      for (const one of behind) await one[Symbol.asyncDispose]()
    }
  }
  return Object.defineProperties(executor, {
    close: { value: closeAll },
    [Symbol.asyncDispose]: { value: () => closeAll() },
  })
}
