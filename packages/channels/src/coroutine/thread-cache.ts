import { type ThreadCache, threads } from './threads.js'

/** The threads kept for the next coroutines, of this thread. */
export const threadCache: ThreadCache = threads
