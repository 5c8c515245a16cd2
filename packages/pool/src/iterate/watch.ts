import { Conditions, type Job, type ReasonOf } from '@conc/core/internal'
import { siblingFailed } from '../map/sibling-failed.js'
import type { PoolJob } from '../tasks/pool-job.js'

/** Follows tasks of one call as they settle. */
export class Watch {
  /** Settled and not taken yet, in completion order. */
  readonly #done: PoolJob[] = []
  readonly #open = new Set<PoolJob>()
  readonly #changes = new Conditions()
  readonly #failsFast: boolean
  /** The first failure, where it ends the call. */
  #failure: PoolJob | undefined
  #hasRejected = false
  /** Called at that failure. */
  onFailure: (() => void) | undefined

  constructor(failsFast: boolean) {
    this.#failsFast = failsFast
  }

  get unfinished(): number {
    return this.#open.size
  }

  get hasDone(): boolean {
    return this.#done.length > 0
  }

  /** Whether one that was not taken yet has rejected; a cancel is no failure. */
  get hasRejected(): boolean {
    return this.#hasRejected
  }

  get failure(): PoolJob | undefined {
    return this.#failure
  }

  add(job: PoolJob): void {
    if (job.isDone) {
      this.#settled(job)
    } else {
      this.#open.add(job)
      job.watch(this.#onSettled)
    }
  }

  /** Those that have settled since the last time; where a failure ends the call, only what came before it. */
  takeDone(): PoolJob[] {
    this.#hasRejected = false
    const done = this.#done.splice(0)
    const failure = this.#failure
    return failure ? done.slice(0, done.indexOf(failure)) : done
  }

  /** Resolves when `isMet()`; looked at after each settlement and each `check()`. */
  until(isMet: () => boolean, signal: AbortSignal | undefined): Promise<void> {
    return this.#changes.until(isMet, signal)
  }

  check(): void {
    this.#changes.check()
  }

  /** Cancels what has not settled. */
  cancelRest(reason: ReasonOf): void {
    for (const job of [...this.#open]) job.abort(reason(job.hasBegun))
  }

  /** Nobody looks any more. */
  stop(): void {
    for (const job of this.#open) job.unwatch(this.#onSettled)
    this.#open.clear()
  }

  readonly #onSettled = (job: Job): void => {
    this.#open.delete(job as PoolJob)
    this.#settled(job as PoolJob)
    this.check()
  }

  #settled(job: PoolJob): void {
    this.#done.push(job)
    if (job.status === 'rejected') this.#hasRejected = true
    if (!this.#failsFast || job.status === 'fulfilled' || this.#failure) return
    this.#failure = job
    this.onFailure?.()
    this.cancelRest(siblingFailed(job.board.name, job.outcome))
  }
}
