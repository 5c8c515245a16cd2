import type { CloseOptions } from '@conc/core'
import type { CloseReport } from '../close-report.js'
import type { DuplexExecutor } from '../duplex-executor.js'
import type { Locks } from '../locks/locks.js'
import type { PoolStats } from '../pool-stats.js'

/** How `stop()` ends a server. */
export interface StopOptions {
  /** Lets calls in flight finish; `false` cancels them. Default true. */
  readonly wait?: boolean
  /** How long they may take, in ms. Default Infinity. */
  readonly timeoutMs?: number
  /** How long cancelled ones may take to heed it, in ms. Default what `serve` was told, else 5000. */
  readonly graceMs?: number
}

/**
 * A connection to an executor behind a port, and an executor itself: what it is given runs there. It goes on over
 * another socket where one breaks. `duplex` works where the server's executor has it: a `WorkerPool`, another session.
 */
export interface Session extends DuplexExecutor {
  /** As the server gave it; empty before the first connection of a lazy session. */
  readonly id: string
  /** `ws://…` or `wss://…`. */
  readonly url: string
  readonly state: 'connecting' | 'open' | 'reconnecting' | 'draining' | 'closed'
  /** The tasks that can be called there, with their versions. */
  readonly tasks: ReadonlyMap<string, string | undefined>
  /** How long a task that does nothing takes there and back, in ms. */
  ping(): Promise<number>
  /** The locks of the server's pool. What this session holds is released with it. @param namespace put before each name. */
  locks(namespace?: string): Locks
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
