import { TaskCancelledError } from '@conc/core'
import { type Call, type Dependent, deferred, Timer } from '@conc/core/internal'
import { isOfBody } from '../envelope/failure-text.js'
import { cancelName, isEnvelope } from '../envelope/job-envelope.js'
import { unpackInline } from '../envelope/payload.js'
import type { JobEnd, JobWatcher } from './dispatcher.js'
import { addJob, joinJob } from './job-adding.js'
import { failureFrom, type JobIdentity, jobLost } from './job-failures.js'
import type { JobHost, JobOrder } from './job-host.js'
import { jobValue } from './job-value.js'
import type { OpenQueue } from './queue-link.js'
import { onAdded, type QueueOptions } from './queue-options.js'
import { TakenBack } from './taking-back.js'

/** One job from its adding to its end, for one call. */
export class BullJob implements JobWatcher, Dependent {
  readonly #host: JobHost
  readonly #call: Call
  readonly #order: JobOrder
  readonly #outcome = deferred<unknown>()
  readonly #identityNow = (): JobIdentity => this.#identity
  #state: 'new' | 'adding' | 'added' | 'ended' = 'new'
  #hasBegun = false
  #isRunning = false
  #isWantedBack = false
  #early: JobEnd | undefined
  /** When the job was made that the calls of a key have joined, ms. */
  #madeAt: number | undefined
  #announced: Promise<void> | undefined
  #patience: Timer | undefined

  constructor(host: JobHost, call: Call, order: JobOrder) {
    this.#host = host
    this.#call = call
    this.#order = order
  }

  get isStarted(): boolean {
    return this.#hasBegun
  }

  /** Adds the job. @returns its value when it has ended, also after a cancel; rejects with what it failed with. */
  start(open: OpenQueue): Promise<unknown> {
    const { cancellation } = this.#call
    if (cancellation.isCancelled) this.#fail(cancellation.reason)
    else {
      this.#host.dispatcher.add(this.#order.id, this)
      cancellation.add(this)
      this.#add(open).catch((error: unknown) => this.#fail(error))
    }
    return this.#outcome.promise
  }

  began(): void {
    this.#hasBegun = true
    this.#isRunning = true
    this.#call.isStarted = true
    this.#host.changed()
  }

  /** Cancelled or wanted back while it ran, and not ended there: now it can be taken out of the queue. */
  paused(): void {
    this.#isRunning = false
    if (this.#announced !== undefined) void this.#withdraw()
    else if (this.#isWantedBack) this.takeBack().catch((error: unknown) => this.#fail(error))
  }

  progressed(data: unknown): void {
    const reports = isEnvelope(data) ? unpackInline(data, 'progress') : [data]
    if (!Array.isArray(reports)) return
    for (const report of reports) this.#call.progress?.(report)
  }

  ended(end: JobEnd): void {
    // What is to be known of a key comes with the answer to the add.
    if (this.#state === 'adding') this.#early ??= end
    else if (this.#leave()) {
      try {
        this.#outcome.resolve(this.#read(end))
      } catch (error) {
        this.#outcome.reject(error)
      }
    }
  }

  gone(): void {
    if (this.#state === 'ended') return
    if (this.#call.cancellation.isCancelled) this.ended({ kind: 'removed' })
    else if (this.#call.definition?.idempotent === false) this.#fail(jobLost(this.#identity))
    else void this.#addAgain()
  }

  /** The call was interrupted. */
  cancelled(): void {
    const { id, isKeyed } = this.#order
    const { dispatcher } = this.#host
    if (this.#state === 'new' || this.#state === 'ended') return
    // Somebody else here waits for the same job.
    if (isKeyed && dispatcher.remove(id, this)) this.ended({ kind: 'removed' })
    else this.#takeBack()
  }

  /** Makes the call end as `TakenBack`; where a worker has the job, only when it gives it back. */
  async takeBack(): Promise<void> {
    this.#isWantedBack = true
    if (this.#state !== 'added' || this.#isRunning) return
    const { id } = this.#order
    const { canceller, dispatcher } = this.#host
    if (await canceller.withdraw(id)) dispatcher.ended(id, { kind: 'removed' })
  }

  /** Redis has been away for too long. */
  disconnected(error: unknown): void {
    this.#fail(error)
  }

  /** Its end is waited for no more. The call has been cancelled before. */
  letGo(): void {
    this.#fail(this.#call.cancellation.reason)
  }

  async #add(open: OpenQueue): Promise<void> {
    this.#state = 'adding'
    await addJob(this.#host, this.#call, this.#order, open, this.#identityNow)
    if (this.#hasEnded) return
    ;(this.#call.options as QueueOptions)[onAdded]?.()
    open.sweep.start()
    if (this.#order.isKeyed) {
      this.#madeAt = await joinJob(this.#host, this.#call, this.#order, open, this.#identityNow)
    }
    if (this.#hasEnded) return
    this.#state = 'added'
    if (this.#early) this.ended(this.#early)
    if (this.#announced !== undefined) await this.#withdraw()
    if (this.#isWantedBack) await this.takeBack()
  }

  async #addAgain(): Promise<void> {
    try {
      this.#host.dispatcher.add(this.#order.id, this)
      await this.#add(await this.#host.link.open())
    } catch (error) {
      this.#fail(error)
    }
  }

  #takeBack(): void {
    const { id, isKeyed } = this.#order
    const { dispatcher, settings } = this.#host
    dispatcher.add(id, this)
    // The worker that has it may be dead, and no other there to find that out.
    this.#patience = new Timer(settings.reconnectMs, () => this.ended({ kind: 'removed' }))
    // Which job it is that the key stands for is known when it has been joined.
    this.#announced = isKeyed ? Promise.resolve() : this.#announce()
    this.#announced.catch(() => {})
    if (this.#state === 'added') void this.#withdraw()
  }

  #announce(): Promise<void> {
    const { cancellation, deadline } = this.#call
    const name = cancelName(this.#order.id, this.#madeAt)
    return this.#host.canceller.announce(name, cancellation.reason, deadline)
  }

  /** Takes a cancelled job out of the queue, where it still waits. */
  async #withdraw(): Promise<void> {
    const { id } = this.#order
    const { canceller, dispatcher } = this.#host
    try {
      await this.#announced
      if (await canceller.withdraw(id)) dispatcher.ended(id, { kind: 'removed' })
      else if (this.#madeAt !== undefined) await this.#announce()
    } catch (error) {
      // Redis is away: the caller has its answer, and nobody can be told.
      this.#fail(error)
    }
  }

  /** A promise for a result in a blob. @throws what the job failed with. */
  #read(end: JobEnd): unknown {
    const { cancellation } = this.#call
    if (end.kind === 'failed') throw this.#failureFrom(end.reason)
    if (end.kind === 'completed')
      return jobValue(this.#host, this.#order.id, end.result, this.#identity)
    if (cancellation.isCancelled) throw cancellation.reason
    if (this.#isWantedBack) throw new TakenBack()
    throw new TaskCancelledError('The job was removed from its queue.', {
      origin: 'control',
      ...this.#identity,
    })
  }

  #failureFrom(reason: string): unknown {
    const error = failureFrom(reason, this.#identity)
    if (isOfBody(reason)) this.#call.threw(error)
    return error
  }

  #fail(error: unknown): void {
    if (this.#leave()) this.#outcome.reject(error)
  }

  get #hasEnded(): boolean {
    return this.#state === 'ended'
  }

  /** It is over. @returns whether it was not before. */
  #leave(): boolean {
    if (this.#hasEnded) return false
    this.#state = 'ended'
    const { dispatcher, jobs, link, changed } = this.#host
    const { id, blob, isKeyed } = this.#order
    this.#patience?.clear()
    this.#call.cancellation.remove(this)
    dispatcher.remove(id, this)
    jobs.delete(this)
    if (blob && !isKeyed) link.blobs.delete(blob.id).catch(() => {})
    changed()
    return true
  }

  get #identity(): JobIdentity {
    const started = this.#hasBegun ? true : 'unknown'
    return { task: this.#call.taskName, executor: this.#host.name, started }
  }
}
