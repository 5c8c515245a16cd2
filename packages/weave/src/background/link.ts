import type { FromWorker, ToWorker } from './messages.js'

/** How a thread or process went. */
export interface WorkerExit {
  readonly exitCode: number | null
  readonly signal: string | null
  /** The uncaught error, or why it could not be started. */
  readonly cause?: unknown
}

/** Whom a link tells. */
export interface LinkOwner {
  received(message: FromWorker): void
  /** Called once; nothing is received afterwards. */
  gone(exit: WorkerExit): void
}

/** A thread or process that was started for one run, seen from here. */
export interface Link {
  /** A few words: `thread 3`, `process 4711`. */
  readonly title: string
  readonly pid: number | undefined
  /** Starts it. @throws where that fails at once; the owner is told nothing then. */
  open(owner: LinkOwner): void
  /** Does nothing where it is gone. */
  post(message: ToWorker): void
  /** Whether it keeps this process from exiting. */
  hold(isHeld: boolean): void
  /** Ends it, whatever it does. */
  kill(): void
}
