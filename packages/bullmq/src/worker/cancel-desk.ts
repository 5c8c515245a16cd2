import { TaskCancelledError } from '@conc/core'
import type { Redis } from 'ioredis'
import type { Ask } from '../engine/connection.js'
import type { Keys } from '../engine/keys.js'
import { errorOf } from '../envelope/failure-text.js'
import { jobIdOf } from '../envelope/job-envelope.js'

/** Cancels that came before their job, remembered for its start. */
const rememberedCancels = 10_000

/** Why a running job was told to stop. */
export interface StopReason {
  readonly kind: 'cancelled' | 'given-back' | 'lock-lost'
  readonly reason: unknown
}

/** One job that runs here, as far as it can be stopped. */
export interface RunningJob {
  readonly id: string
  /** What cancels call it. */
  readonly cancelName: string
  /** The submitter it ends with, if it does. */
  readonly owner: string | undefined
  stop(why: StopReason): void
  /** The consumer of its stream wants `upTo` items altogether. */
  credited(upTo: number): void
}

/** Knows what runs in this worker, and brings cancels to it, also to what is just about to start. */
export class CancelDesk {
  readonly #redis: Redis
  readonly #keys: Keys
  readonly #ask: Ask
  readonly #running = new Map<string, RunningJob>()
  /** By `cancelName`, oldest first. */
  readonly #early = new Map<string, string>()
  /** Whether messages have come without a gap since they were asked for. */
  #isListening = false

  constructor(redis: Redis, keys: Keys, ask: Ask) {
    this.#redis = redis
    this.#keys = keys
    this.#ask = ask
  }

  get running(): readonly RunningJob[] {
    return [...this.#running.values()]
  }

  /** Messages come from now on; what was missed lies in the tombstones. */
  async listening(): Promise<void> {
    this.#isListening = true
    for (const job of this.running) await this.#lookAt(job)
  }

  /** The channel is away: from now on the tombstones are looked at before each start. */
  deaf(): void {
    this.#isListening = false
  }

  /** A cancel that came over the channel. */
  cancelled(name: string, reason: string): void {
    const job = this.#running.get(jobIdOf(name))
    if (job?.cancelName === name) job.stop({ kind: 'cancelled', reason: errorOf(reason) })
    else this.#remember(name, reason)
  }

  credited(id: string, upTo: number): void {
    this.#running.get(id)?.credited(upTo)
  }

  /** A job is about to begin. @returns why it must not, where somebody is known to have cancelled it. */
  enter(job: RunningJob): StopReason | undefined {
    this.#running.set(job.id, job)
    const early = this.#early.get(job.cancelName)
    return early === undefined ? undefined : { kind: 'cancelled', reason: errorOf(early) }
  }

  /**
   * Whether Redis has to be asked before it begins. @param mayBeLate it has been here before: a cancel may lie further
   * back than what is remembered.
   */
  isUnsure(job: RunningJob, mayBeLate: boolean): boolean {
    return job.owner !== undefined || mayBeLate || !this.#isListening
  }

  /** @returns why the job must not begin, as Redis knows it. */
  async ask(job: RunningJob): Promise<StopReason | undefined> {
    if (job.owner !== undefined && !(await this.#lives(job.owner))) return orphaned()
    const key = this.#keys.tombstone(job.cancelName)
    const text = await this.#ask(() => this.#redis.get(key))
    return text === null ? undefined : { kind: 'cancelled', reason: errorOf(text) }
  }

  /** Stops the jobs whose submitter has gone. */
  async endOrphans(): Promise<void> {
    for (const job of this.running) {
      if (job.owner !== undefined && !(await this.#lives(job.owner))) job.stop(orphaned())
    }
  }

  leave(job: RunningJob): void {
    this.#running.delete(job.id)
  }

  /** Its lock has passed to another worker, which runs it too. */
  lockLost(id: string): void {
    const reason = new TaskCancelledError('The job was taken by another worker.', {
      origin: 'shutdown',
      started: true,
    })
    this.#running.get(id)?.stop({ kind: 'lock-lost', reason })
  }

  async #lives(submitter: string): Promise<boolean> {
    return (await this.#ask(() => this.#redis.exists(this.#keys.submitter(submitter)))) === 1
  }

  async #lookAt(job: RunningJob): Promise<void> {
    const text = await this.#redis.get(this.#keys.tombstone(job.cancelName)).catch(() => null)
    if (text !== null) job.stop({ kind: 'cancelled', reason: errorOf(text) })
  }

  #remember(name: string, reason: string): void {
    this.#early.set(name, reason)
    if (this.#early.size <= rememberedCancels) return
    const [oldest] = this.#early.keys()
    if (oldest !== undefined) this.#early.delete(oldest)
  }
}

function orphaned(): StopReason {
  const reason = new TaskCancelledError('The submitter of the job has gone.', { origin: 'client' })
  return { kind: 'cancelled', reason }
}
