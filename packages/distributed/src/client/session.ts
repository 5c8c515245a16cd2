import type { CloseOptions, Executor } from '@conc/core'
import type { CloseReport } from '../close-report.js'
import type { PoolStats } from '../pool-stats.js'

/** How `stop()` ends a server. */
export interface StopOptions {
  /** Lets calls in flight finish; `false` cancels them. Default true. */
  readonly wait?: boolean
  /** How long they may take, in ms. Default Infinity. */
  readonly timeoutMs?: number
}

/**
 * A connection to an executor behind a port, and an executor itself: what it is given runs there. It goes on over
 * another socket where one breaks.
 */
export interface Session extends Executor {
  /** As the server gave it; empty before the first connection of a lazy session. */
  readonly id: string
  /** `ws://…` or `wss://…`. */
  readonly url: string
  readonly state: 'connecting' | 'open' | 'reconnecting' | 'draining' | 'closed'
  /** The tasks that can be called there, with their versions. */
  readonly tasks: ReadonlyMap<string, string | undefined>
  /** How long a task that does nothing takes there and back, in ms. */
  ping(): Promise<number>
  /** What the server tells of its executor and itself. */
  stats(): Promise<PoolStats>
  /**
   * Ends the server, which then refuses new work.
   *
   * @returns how it ended, when it has; rejects with `AuthenticationError` where this session may not.
   */
  stop(options?: StopOptions): Promise<CloseReport>
  close(options?: CloseOptions): Promise<void>
}
