import { currentFrame } from './internal/running/frame.js'

/** What a declared task can know about its own call. */
export interface TaskContext {
  /** Unique over processes; made when first read. */
  readonly id: string
  readonly name: string
  /** 1 for the first attempt. */
  readonly attempt: number
  /** Aborts when the call is cancelled or out of time, with the same reason. */
  readonly signal: AbortSignal
  /** When the call's time is over, in epoch ms. */
  readonly deadline?: number | undefined
  /** Id of the task that made this call. */
  readonly parentId?: string | undefined
  /** Name of the executor that runs the task. */
  readonly executor: string
  readonly headers: Readonly<Record<string, string>>
  /** Tells the submitter's `onProgress`; does nothing where nobody listens. */
  progress(data: unknown): void
}

/**
 * The context of the declared task that runs here, `undefined` outside of one and in plain functions.
 *
 * @example
 * const load = task('load', (url: string) => fetch(url, { signal: currentTask()?.signal ?? null }))
 */
export function currentTask(): TaskContext | undefined {
  return currentFrame()?.task
}
