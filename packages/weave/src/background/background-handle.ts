import type { Where } from './background-options.js'
import type { BackgroundStatus } from './background-report.js'

/** A run in the background. */
export interface BackgroundHandle<T> {
  readonly id: string
  readonly where: Where
  readonly status: BackgroundStatus
  /** Of the process of its own. */
  readonly pid?: number | undefined
  /** Of a detached run: `readBackground(resultFile)` tells how it stands. */
  readonly resultFile?: string | undefined
  readonly logFile?: string | undefined
  /** Resolves when the weave was found there and its plan holds; rejects with the reason why it could not start. */
  readonly started: Promise<void>
  /**
   * What `run` gives. Rejects with the error of the task, with `TaskTimeoutError`, with the reason of a cancel, with
   * `WorkerLostError` if the thread or process is gone, or with `WeaveCallbackError` if `onDone` failed.
   * `resultOf(error)` has what finished.
   */
  readonly done: Promise<T>
  /** Tells the run to stop, through the signals of its bodies. A thread or process that is still there `graceMs` later is ended. */
  cancel(reason?: unknown): void
  /** Lets this process exit while the run goes on; what is not detached ends with it. */
  unref(): this
}
