import { type ThreadCache, threads } from './threads.js'

/**
 * The threads kept for the next coroutines, of this thread: `maxIdle` of them for `idleTimeoutMs` each. `drain()` ends
 * those that are idle.
 *
 * @example
 * threadCache.maxIdle = 0 // each coroutine starts on a new thread
 */
export const threadCache: ThreadCache = threads
