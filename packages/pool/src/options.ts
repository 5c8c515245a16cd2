import type { Executor, SubmitOptions } from '@conc/core'
import type { Reader, ResultOf, Results } from './results.js'
import type { Callback, TaskHandle } from './task-handle.js'

/** Options of a `Pool`. */
export interface PoolOptions {
  /** Functions that run at a time: a positive integer or Infinity. Default 1024. */
  readonly size?: number
  /** Shown in names and errors. Default `'pool'`. */
  readonly name?: string
  /** Where declared tasks run, and closures if it takes them. Never closed from here. Default: in this process. */
  readonly executor?: Executor
  /** Tasks that may wait: an integer of at least 0 or Infinity (default). */
  readonly queueLimit?: number
  /** Cancels all work of the pool when it aborts, present and future; each call rejects at once, with its reason. */
  readonly signal?: AbortSignal
  /** What leaving an `await using` block does before it closes: `'join'` (default) or `'cancel'`. */
  readonly onDispose?: 'join' | 'cancel'
  /** When a cancelled task settles: with its body (`'hold'`, default), or in the call that cancels it. */
  readonly cancelPolicy?: 'hold' | 'immediate'
  /** Rejects waits of a task for itself with `PoolDeadlockError`; costs an async context per task. Default false. */
  readonly detectDeadlock?: boolean
  /** Told of each task that ends `rejected`, whether or not anybody reads it. */
  onError?(error: unknown, handle: TaskHandle<unknown>): void
}

/** Options of one call. In the map family they hold for each item, but `signal` for the call as a whole. */
export interface SpawnOptions<T, R = T, C = undefined> extends SubmitOptions {
  /** Runs in the slot after the body; what it returns is the result. */
  readonly cb?: Callback<T, R, C>
  /** Third argument of `cb`. */
  readonly ctx?: C
  /** Default: the declared task's name, or pool name and id. */
  readonly name?: string
  /** Arguments of a declared task. */
  readonly args?: readonly unknown[]
}

/** Options of `iterMap` and `iterWait`: what is given, and when. */
export interface IterOptions<M extends Results = 'flat'> {
  /** Yields results one by one (`true`, default), or all that a round brought as one array. */
  readonly flat?: boolean
  /** How results are given. Default `'flat'`. */
  readonly results?: M
  /** What ends a round: all done (default), at least one, or all or a failed one; a cancel is no failure. */
  readonly yieldWhen?: 'all' | 'first' | 'firstError'
  /** Ends each round after this many ms, with what is done by then. Default: no limit. */
  readonly roundMs?: number
}

/** Further options of `iterMap`. */
export interface IterMapOptions {
  /** Yields in input order, without rounds. Default false. */
  readonly ordered?: boolean
  /** Pulls the source while it goes; implied by an async source. Default false: reads all of it first. */
  readonly lazy?: boolean
  /** Items running or unread at most, where `lazy`. Default: the pool's size. */
  readonly buffer?: number
  /** What breaking out does to the rest: `'leave'` (default) lets it run, `'cancel'` cancels it. */
  readonly onBreak?: 'leave' | 'cancel'
}

/** Options of `cancel`. */
export interface CancelOptions<M extends Results = 'flat'> {
  /** What to cancel. Default: everything. An empty list is nothing. */
  readonly handles?: Iterable<TaskHandle<unknown>>
  /** Becomes `task.signal.reason` and the reason of the outcomes. Default: a `TaskCancelledError`. */
  readonly reason?: unknown
  /** How results are given. Default `'flat'`. */
  readonly results?: M
  /** How long to wait for the end of what was cancelled, in ms. Default Infinity. */
  readonly waitMs?: number
}

/** What a `cancel` has done. */
export interface CancelReport<X> {
  /** How many tasks accepted it: not those that had settled or were cancelled before. */
  readonly cancelled: number
  /** Their results, running ones in start order, then waiting ones in line order. */
  readonly results: X[]
}

/** A cancelled task whose body had not ended when the wait of `waitMs` was over. */
export interface StillCancelling {
  readonly status: 'cancelling'
  readonly reason: unknown
}

/** What a cancel reports of one task. */
export type CancelResult<M extends Results> =
  | ResultOf<M, unknown>
  | (M extends 'settled' ? StillCancelling : never)

/** Options of a call whose types nobody needs any more. */
export interface AnyOptions extends SubmitOptions {
  readonly cb?: unknown
  readonly ctx?: unknown
  readonly name?: string
  readonly args?: readonly unknown[]
}

/** The same of an iteration. */
export interface AnyIterOptions extends Omit<IterOptions, 'results'> {
  readonly results?: Results | Reader
}
