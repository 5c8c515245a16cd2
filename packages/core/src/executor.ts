import type { TransferListItem } from 'node:worker_threads'
import type { RetryPolicy } from './retry-policy.js'
import type { Task } from './task.js'

/** What can be moved instead of copied: ArrayBuffers, ports, streams. */
export type Transferable = TransferListItem

/** What can be submitted: a declared task, or a function where the executor's `capabilities.closures` is true. */
export type Work<A extends readonly unknown[], R> =
  | Task<A, R>
  | ((...args: A) => R | PromiseLike<R>)

/** What can be streamed: work that makes an async iterable or is a generator. */
export type StreamWork<A extends readonly unknown[], Y> = Work<A, AsyncIterable<Y> | Generator<Y>>

/** How a piece of work ended. */
export type Settled<T> =
  | { readonly status: 'fulfilled'; readonly value: T }
  | { readonly status: 'rejected' | 'cancelled'; readonly reason: unknown }

/** What an executor can do; code that takes any executor asks here. */
export interface Capabilities {
  /** Runs any function; `false`: only what `task()` declared. */
  readonly closures: boolean
  readonly streaming: boolean
  /** Accepted work survives the submitter and the worker. */
  readonly durable: boolean
  /** Moves ArrayBuffers and ports instead of copying them. */
  readonly transfer: boolean
  /** `'waiting'`: only before the start; `'cooperative'`: the body's signal aborts; `'forceful'`: the worker is ended too. */
  readonly cancel: 'waiting' | 'cooperative' | 'forceful'
  readonly delivery: 'at-most-once' | 'at-least-once'
  /** Whether values arrive as the same objects or as copies, and by which rules. */
  readonly values: 'identity' | 'structured-clone' | 'wire'
  readonly priority: boolean
}

/** How busy an executor is. Work is waiting until its body starts, then running until the body has settled. */
export interface Load {
  readonly concurrency: number
  readonly running: number
  readonly waiting: number
  readonly queueLimit: number
}

/** Options of one submit. What is said here wins over the task's own options. */
export interface SubmitOptions {
  /** Cancels the call; its promise then rejects with `signal.reason`. */
  readonly signal?: AbortSignal
  /** Time from the submit to the settlement, waiting and all attempts included. Default: the task's, else none. */
  readonly timeoutMs?: number
  /** A higher number starts first, where `capabilities.priority`. Default 0. */
  readonly priority?: number
  /** Repeats a body that threw. Default: the task's, else none. */
  readonly retry?: RetryPolicy
  /** A duplicate joins the first call where keys are remembered; also allows a retry after a loss. */
  readonly idempotencyKey?: string
  /** Travel with the call and its nested calls (W3C traceparent, tracestate, baggage). */
  readonly headers?: Readonly<Record<string, string>>
  /** Arguments to move instead of copying them, where `capabilities.transfer`. */
  readonly transfer?: readonly Transferable[]
  /** What the worker must carry; executors in this process ignore them. */
  readonly tags?: readonly string[]
  /** Receives what the body passes to `currentTask().progress()`. */
  onProgress?(data: unknown): void
}

/** How an executor closes. */
export interface CloseOptions {
  /**
   * `'run'` (default) finishes accepted work, `'reject'` cancels it now. A stream is finished to the item that its consumer
   * waits for, at the latest when all else has ended; a consumer that asks for more is told by a `TaskCancelledError` with
   * `origin: 'shutdown'`.
   */
  readonly pending?: 'run' | 'reject'
  /** How long to wait for the end of the work. Default Infinity; then the rest is cancelled. */
  readonly timeoutMs?: number
}

/**
 * Runs work somewhere: on this event loop, on threads, in processes, on another machine, behind a queue.
 * The caller swaps the executor and never the code.
 */
export interface Executor extends AsyncDisposable {
  readonly name: string
  readonly capabilities: Capabilities
  readonly load: Load
  /**
   * Runs `work(...args)` there.
   *
   * @returns the result; rejects with the body's own error, with `signal.reason`, or with an `ExecutorError`.
   * @throws {InvalidOptionError} at once, for a wrong option.
   */
  submit<A extends readonly unknown[], R>(
    work: Work<A, R>,
    args: A,
    options?: SubmitOptions,
  ): Promise<Awaited<R>>
  /** Runs a generator there and pulls its items; breaking out cancels it. Nothing starts before the first `next()`. */
  stream<A extends readonly unknown[], Y>(
    work: StreamWork<A, Y>,
    args: A,
    options?: SubmitOptions,
  ): AsyncGenerator<Y, void, undefined>
  /** Waits until there is room for one more call: below `queueLimit`, or a free slot where that is Infinity. */
  ready(options?: { readonly signal?: AbortSignal }): Promise<void>
  /** Refuses new work, ends the accepted work as `options` say, and releases everything. Idempotent. */
  close(options?: CloseOptions): Promise<void>
}
