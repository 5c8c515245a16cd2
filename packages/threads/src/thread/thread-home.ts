import type { Line } from '@conc/core/internal'
import type { Attempt } from '../calls/attempt.js'
import type { NestedCalls } from '../calls/nested-calls.js'
import type { ThreadSettings } from '../thread-options.js'
import type { Thread } from './thread.js'
import type { ThreadExit } from './thread-worker.js'

/** What a thread tells its pool. */
export interface ThreadHome {
  readonly settings: ThreadSettings
  readonly nested: NestedCalls
  readonly line: Line
  /** Memory of the pool's load, which calls made in the thread read. */
  readonly load: SharedArrayBuffer
  ready(thread: Thread): void
  /** It has never worked. */
  failedToStart(thread: Thread, cause: unknown): void
  /** It takes nothing new from now on. */
  closing(thread: Thread): void
  /** It is gone with the attempts that were on it; those that have not begun are to be placed again. */
  gone(
    thread: Thread,
    exit: ThreadExit,
    attempts: readonly Attempt[],
    unbegun: ReadonlySet<Attempt>,
  ): void
  /** A body held its slot until `now`, and another one has it. */
  used(attempt: Attempt, now: number): void
  /** A body gave its slot up, at `now`. */
  released(thread: Thread, attempt: Attempt, now: number): void
  /** A body that held no slot holds one again, or has ended without. */
  changed(thread: Thread): void
  /** A body ignores its cancel, and its thread cannot be ended for the sake of others. */
  stuck(thread: Thread, attempt: Attempt): void
}
