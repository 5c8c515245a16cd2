import { AsyncResource } from 'node:async_hooks'
import {
  type AbortListener,
  currentFrame,
  executorName,
  type Frame,
  JobBoard,
  JobCall,
  listenTo,
  type ReasonOf,
  slotAround,
  stopListening,
} from '@conc/core/internal'
import type { PoolOptions } from '../options.js'
import type { Pool } from '../pool.js'
import { Batch } from '../tasks/batch.js'
import { single } from '../tasks/invocations.js'
import type { PoolJob } from '../tasks/pool-job.js'
import { DeadlockGuard } from './deadlock-guard.js'

/** A call that goes on making tasks: `map`, and `iterMap` where it is lazy. */
export interface Feed {
  /** A task that is made and stands in no line yet: the item pulled ahead of an async source. */
  readonly ahead: PoolJob | undefined
  /** Pulls no more; what is there goes on. */
  end(): void
  /** Pulls no more and rejects now; its tasks are told by whoever interrupts. */
  interrupt(reason: unknown): void
}

/** What a pool knows: its jobs, its feeds, its options. */
export class PoolState extends JobBoard implements AbortListener {
  readonly pool: Pool
  readonly guard: DeadlockGuard | undefined
  readonly feeds: Set<Feed> = new Set()
  /** Calls of `map` that have not settled; `join` waits for them. */
  maps = 0
  lastId = 0
  /** Of all functions that come without options. */
  readonly plain: Batch
  /** Set by the pool's own signal: no work starts any more. */
  stopped: { readonly reason: unknown } | undefined
  readonly #onError: PoolOptions['onError']

  constructor(pool: Pool, options: PoolOptions) {
    const { size = 1024, queueLimit = Number.POSITIVE_INFINITY, signal } = options
    super({
      name: executorName(options.name, 'pool'),
      size,
      queueLimit,
      executor: options.executor,
      isImmediate: options.cancelPolicy === 'immediate',
      release: () => {
        if (signal) stopListening(signal, this)
      },
    })
    this.pool = pool
    this.guard = options.detectDeadlock ? new DeadlockGuard(this.name, this.line) : undefined
    this.plain = new Batch({ board: this, invocation: single })
    this.#onError = options.onError
    if (signal?.aborted) this.stopped = { reason: signal.reason }
    else if (signal) listenTo(signal, this)
  }

  protected override get hasOnlyStreams(): boolean {
    return this.maps === 0 && super.hasOnlyStreams
  }

  /** Lets a new job wait for its slot. @param isAwaited whether its caller waits for it, and may lend it a slot. */
  start(job: PoolJob, isAwaited: boolean): void {
    const frame = currentFrame()
    if (this.tie(job, frame)) this.enqueue(job, frame, isAwaited)
  }

  /** Puts a job in line. */
  enqueue(job: PoolJob, frame: Frame | undefined, isAwaited: boolean): void {
    if (this.stopped) {
      job.interrupt(this.stopped.reason)
      return
    }
    this.line.join(job)
    if (isAwaited) this.lend(job, frame)
  }

  /** The task around the caller waits for `job`: it may have that task's slot if no other is free. */
  lend(job: PoolJob, frame: Frame | undefined = currentFrame()): void {
    const slot = slotAround(this.line, frame)
    slot?.lendTo(job)
    if (slot) job.repeatsOn(slot)
  }

  /** Gives the job a call where it needs one. @returns whether it may start; not if that was interrupted already. */
  tie(job: PoolJob, frame: Frame | undefined = currentFrame()): boolean {
    const { batch } = job
    if (!batch.needsCall && frame?.task === undefined && frame?.deadline === undefined) return true
    return job.follow(new JobCall(this.name, batch.fn, batch.submitOptions))
  }

  /** Whether a call that the task around waits for has that task's slot at once, and needs no room to wait. */
  get mayBorrow(): boolean {
    if (this.queueLimit === Number.POSITIVE_INFINITY) return false
    return slotAround(this.line)?.isLendable === true
  }

  /** The async context of the caller, for tasks that are entered later. */
  scope(): AsyncResource {
    return new AsyncResource('conc.pool')
  }

  /** A task has ended rejected. */
  report(error: unknown, job: PoolJob): void {
    if (this.#onError === undefined) return
    try {
      this.#onError(error, job)
    } catch (thrown) {
      process.emitWarning(`onError of pool '${this.name}' threw: ${String(thrown)}`)
    }
  }

  /** The pool's own signal aborted. */
  aborted(reason: unknown): void {
    this.stopped = { reason }
    this.interruptAll(() => reason)
  }

  override interruptAll(reason: ReasonOf, isFinal?: boolean): void {
    for (const feed of [...this.feeds]) feed.interrupt(reason(true))
    super.interruptAll(reason, isFinal)
  }
}
