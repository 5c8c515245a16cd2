import { type Settled, TaskCancelledError } from '@conc/core'

/** How each of several calls ended. */
export async function settled<R>(
  calls: readonly Promise<Awaited<R>>[],
): Promise<Settled<Awaited<R>>[]> {
  const results = await Promise.allSettled(calls)
  return results.map((result) => {
    if (result.status === 'fulfilled') return result
    const { reason } = result
    return { status: reason instanceof TaskCancelledError ? 'cancelled' : 'rejected', reason }
  })
}
