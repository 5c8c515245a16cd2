import type { SettledResult } from '../result/settled-result.js'

/** How a background run ended. */
export type RunEnd = (
  | { readonly status: 'fulfilled'; readonly result: unknown }
  | { readonly status: 'rejected' | 'cancelled' | 'lost'; readonly error: unknown }
) & {
  readonly settled: SettledResult
  /** What the `onDone` elsewhere threw. */
  readonly callbackFailure?: { readonly error: unknown }
}

/** Runs one weave somewhere. */
export interface Runner {
  readonly pid?: number | undefined
  readonly resultFile?: string | undefined
  readonly logFile?: string | undefined
  /** Tells the host everything, `ended` once. @throws where the run cannot be sent off; nothing is told then. */
  begin(host: RunnerHost): void
  cancel(reason: unknown): void
  /** Holds this process no longer. */
  unref(): void
}

/** Whom a runner tells. */
export interface RunnerHost {
  begun(): void
  ended(end: RunEnd): void
}
