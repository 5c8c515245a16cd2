import { checkFunction, whileSuspended } from '@conc/core/internal'

/**
 * In a task: gives its slot to others while `fn` is pending, for waits that nobody else can see, such as one for a
 * person or another service. Calls of tasks do it by themselves. Outside of tasks it only runs `fn`.
 *
 * @returns what `fn` returns, or its error, once the task has a slot again.
 * @example
 * const answer = await withoutSlot(() => fetch(url))
 */
export function withoutSlot<T>(fn: () => T): Promise<Awaited<T>> {
  checkFunction('fn', fn)
  return whileSuspended(fn)
}
