import type { Executor, Settled, SubmitOptions } from '@conc/core'
import type { BaseTaskPool } from '../base-task-pool.js'

/** Which outcomes are kept until `flush`: those of all tasks, of those that failed, or of none. */
export type Retain = 'all' | 'errors' | 'none'

/** Options of a pool. */
export interface TaskPoolOptions {
  /** Tasks that run at a time: an integer of at least 0, which pauses, or Infinity (default). */
  readonly poolSize?: number
  /** `'mine'` names the pool `TaskPool-mine`. Default: a number. */
  readonly name?: string
  /** Where declared tasks run, and closures if it takes them. Never closed from here. Default: in this process. */
  readonly executor?: Executor
  /** Calls of `submit` that may wait: an integer of at least 0 or Infinity (default). */
  readonly queueLimit?: number
  /** What leaving an `await using` block does: `'gather'` (default), or `'cancel'` all tasks first. */
  readonly onDispose?: 'gather' | 'cancel'
  /** The outcomes kept until `flush`. Default `'all'`. */
  readonly retain?: Retain
  /** Given a line for each step of the pool and its tasks. */
  log?(line: string): void
}

/** What a callback is told of its task. */
export interface TaskInfo {
  readonly name: string
  readonly group: string
  readonly settled: Settled<unknown>
}

/** What is told of the end of each task. What they throw is a `CallbackError` of the next `flush`. */
export interface Callbacks {
  /** Called after every end of a task, its slot being free already. A promise it returns is waited for by `flush`. */
  onEnd?(id: number, info: TaskInfo): unknown
  /** Called before `onEnd`, in the task's slot, where the body ended by a cancel. */
  onCancel?(id: number, info: TaskInfo): unknown
}

/** `signal` cancels the group; `timeoutMs` and `retry` hold for each task, from its start. */
export interface GroupOptions extends Callbacks, SubmitOptions {
  /** Must be new in the pool. Default: made of the method, the function's name and a number. */
  readonly groupName?: string
}

/** Options of `map`, `starmap` and `doublestarmap`. */
export interface MapOptions extends GroupOptions {
  /** Tasks of this call that run at a time: a positive integer or Infinity. Default 1. */
  readonly numConcurrent?: number
}

/** What a task's function is given after its own arguments. */
export interface PoolTask {
  /** From 0, in the order of the starts. */
  readonly id: number
  readonly name: string
  readonly group: string
  /** Aborts when the task is cancelled. */
  readonly signal: AbortSignal
  /** Epoch ms by which the task is cancelled; `undefined`: no limit. */
  readonly deadline?: number | undefined
  readonly pool: BaseTaskPool
}

/** What a pool runs: the given arguments, then its `PoolTask`. */
export type Fn<A extends readonly unknown[]> = (...args: [...A, PoolTask]) => unknown

/** Options of the cancels. */
export interface CancelOptions {
  /** Becomes `task.signal.reason`. Default: a `TaskCancelledError` with origin `'cancel'`. */
  readonly reason?: unknown
}

/** Options of `flush`. */
export interface FlushOptions {
  /** Throws what tasks, callbacks and sources threw. Default true. */
  readonly throwOnError?: boolean
  /** Forgets the ids in groups too, and groups with nothing left. Default false. */
  readonly groups?: boolean
}

/** Options of `gatherAndClose`. */
export interface GatherOptions {
  /** Throws what tasks, callbacks and sources threw. Default true. */
  readonly throwOnError?: boolean
  /** Ends the wait, not the closing. */
  readonly signal?: AbortSignal
}
