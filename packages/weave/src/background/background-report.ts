import type { Outcome } from '../result/settled-result.js'

/** Where a background run stands. `lost`: its thread or process went away before the run had ended. */
export type BackgroundStatus =
  | 'starting'
  | 'running'
  | 'fulfilled'
  | 'rejected'
  | 'cancelled'
  | 'lost'

/** What a detached run says of itself in its result file. */
export interface BackgroundReport {
  readonly version: 1
  readonly id: string
  /** The name of the weave. */
  readonly weave: string
  readonly pid: number
  readonly status: BackgroundStatus
  /** 0: all well, 1: failed, 2: never started, 130 and 143: cancelled by SIGINT, SIGTERM or the handle. */
  readonly exitCode?: number
  /** ISO 8601, like `endedAt`. */
  readonly startedAt: string
  readonly endedAt?: string
  readonly error?: unknown
  /** The tasks that have begun, and when the run is over all. Reading a value that could not travel throws. */
  readonly tasks: Readonly<Record<string, Outcome<unknown>>>
}
