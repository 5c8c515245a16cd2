import type { Settled } from '@conc/core'
import type { Pool } from './pool.js'

/** What a function of the pool is given: who it is and when to stop. */
export interface PoolTask {
  /** Counts up in each pool. */
  readonly id: number
  /** The `name` option, the declared task's name, or pool name and id. */
  readonly name: string
  /** Aborts when the task is cancelled or out of time; made when first read. A callback has one of its own. */
  readonly signal: AbortSignal
  /** When the task's time is over, in epoch ms. */
  readonly deadline?: number | undefined
  readonly pool: Pool
}

/** A function for the pool. */
export type Fn<T> = (task: PoolTask) => T | PromiseLike<T>

/** A function for each item of a source. A declared task is given the item only. */
export type ItemFn<I, T> = (item: I, task: PoolTask) => T | PromiseLike<T>

/** How a body failed. */
export interface TaskFailure {
  readonly error: unknown
  /** Of the error, where it has one. */
  readonly stack?: string | undefined
  /** Whether it ended by a cancel; `error` is then the cancel's reason. */
  readonly cancelled: boolean
}

/**
 * Runs after the body, in its slot: after success, failure, and the cancel of a running body. What it returns is the
 * task's result; what it throws rejects the task.
 */
export type Callback<T, R = T, C = undefined> = (
  result: T | undefined,
  failure: TaskFailure | undefined,
  ctx: C,
  task: PoolTask,
) => R | PromiseLike<R>

/** One task of a pool, from the outside. It has no `then`: awaiting `spawn` waits for a slot, not for the work. */
export interface TaskHandle<T> {
  readonly id: number
  readonly name: string
  /** Whether the task has settled. */
  readonly done: boolean
  readonly status: 'waiting' | 'running' | 'cancelling' | Settled<T>['status']
  /** The outcome; made when first read, so that a failure nobody reads is no unhandled rejection. */
  readonly promise: Promise<T>
  /** The outcome as an object; never rejects. */
  readonly settled: Promise<Settled<T>>
  /**
   * The value of a task that is `done`.
   *
   * @throws the task's error, or {TaskNotSettledError} before it is done.
   */
  result(): T
  /**
   * What a task that is `done` rejected with or was cancelled for; `undefined` where it fulfilled.
   *
   * @throws {TaskNotSettledError} before it is done.
   */
  error(): unknown
  /**
   * Cancels the task: waiting, it never runs; running, its signal aborts. Does nothing once it has settled.
   *
   * @param reason becomes `task.signal.reason` and the reason of the outcome; default a `TaskCancelledError`.
   * @returns its outcome, when it has really ended.
   */
  cancel(reason?: unknown): Promise<Settled<T>>
}
