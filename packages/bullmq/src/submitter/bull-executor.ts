import {
  type Capabilities,
  type CloseOptions,
  type Executor,
  type Load,
  QueueFullError,
  type StreamWork,
  type SubmitOptions,
  UnsupportedWorkError,
  type Work,
} from '@conc/core'
import {
  assertNotImporting,
  type Call,
  Conditions,
  checkWaitOptions,
  Intake,
  Lifecycle,
  refuseClosure,
  Timer,
  unlessAborted,
} from '@conc/core/internal'
import { type BullOptions, type BullSettings, bullSettings } from '../options/bull-options.js'
import { BullCalls } from './bull-calls.js'
import type { BullJob } from './bull-job.js'
import { type BullStats, statsOf } from './bull-stats.js'
import { Canceller } from './canceller.js'
import { DeadLetters } from './dead-letters.js'
import { Dispatcher } from './dispatcher.js'
import { EngineCounts } from './engine-counts.js'
import { JobOrders } from './job-orders.js'
import { QueueLink } from './queue-link.js'
import { offersTakingBack } from './taking-back.js'

/** How often somebody who waits for room looks again; ms. */
const lookMs = 500

/**
 * Puts calls of declared tasks into a BullMQ queue, as jobs that `runBullWorker` runs: here, or on any host that reaches
 * the same Redis. Connects at the first use.
 *
 * @example
 * await using bull = new BullExecutor({ url: 'redis://127.0.0.1:6379', queue: 'images' })
 * const small = await resize.on(bull)('a.png', 640)
 */
export class BullExecutor implements Executor {
  readonly name: string
  readonly capabilities: Capabilities
  readonly #settings: BullSettings
  readonly #dispatcher = new Dispatcher()
  readonly #link: QueueLink
  readonly #counts: EngineCounts
  readonly #calls: BullCalls
  readonly #intake: Intake
  readonly #room = new Conditions()
  readonly #lifecycle: Lifecycle
  /** The failed jobs of the queue. */
  readonly deadLetters: DeadLetters

  /** @throws {InvalidOptionError} an option outside its range. */
  constructor(options: BullOptions) {
    assertNotImporting('A BullExecutor was made')
    this.#settings = bullSettings(options)
    this.name = `bullmq/${this.#settings.queue}`
    this.capabilities = capabilitiesOf(this.#settings)
    this.#link = new QueueLink(this.#settings, this.name, this.#dispatcher, (error) =>
      this.#calls.disconnect(error),
    )
    this.#counts = new EngineCounts(this.#link, () => this.load.waiting)
    this.deadLetters = new DeadLetters(async () => (await this.#link.open()).queue)
    const changed = (): void => this.#room.check()
    const host = {
      name: this.name,
      settings: this.#settings,
      link: this.#link,
      dispatcher: this.#dispatcher,
      canceller: new Canceller(this.#link),
      jobs: new Set<BullJob>(),
      changed,
    }
    this.#calls = new BullCalls(host, new JobOrders(this.#settings, this.#link.id), () => {
      this.#lifecycle.check()
      changed()
    })
    offersTakingBack(this, () => this.#calls.takeBack())
    const calls = this.#calls
    this.#intake = new Intake({
      name: this.name,
      kind: 'A BullExecutor',
      work: {
        add: (call) => calls.add(call),
        delete: (call) => calls.delete(call),
        openStream: (...stream) => calls.openStream(...stream),
        perform: (call, args) => this.#perform(call, args),
      },
      refuse: (work, options) => this.#refusal(work, options),
    })
    this.#lifecycle = new Lifecycle(this.name, {
      isIdle: () => this.#calls.size === 0,
      cancelAll: (reason) => this.#calls.interruptAll(reason),
      release: () => {
        this.#calls.letGo()
        return this.#link.close()
      },
    })
  }

  /** Of the calls of this executor; `concurrency` is that of all workers, Infinity while nobody has told. */
  get load(): Load {
    const { running } = this.#dispatcher
    return {
      concurrency: this.#counts.concurrency || Number.POSITIVE_INFINITY,
      running,
      waiting: this.#calls.size - running,
      queueLimit: this.#settings.queueLimit,
    }
  }

  /**
   * Runs a declared task on a worker of the queue. Arguments and result are copies, as `@conc/wire` makes them.
   *
   * @returns the result; rejects with what the task threw, with `options.signal.reason`, or with an `ExecutorError`.
   * @throws {InvalidOptionError} at once, for a wrong option.
   */
  submit<A extends readonly unknown[], R>(
    work: Work<A, R>,
    args: A,
    options: SubmitOptions = {},
  ): Promise<Awaited<R>> {
    return this.#intake.submit(work, args, options)
  }

  /**
   * Runs a generator task on a worker and pulls its items; the worker is at most 16 items or 1 MiB ahead.
   * Leaving the loop runs the generator's `finally`.
   */
  stream<A extends readonly unknown[], Y>(
    work: StreamWork<A, Y>,
    args: A,
    options: SubmitOptions = {},
  ): AsyncGenerator<Y, void, undefined> {
    return this.#intake.stream(work, args, options)
  }

  /**
   * Connects, checks Redis, and waits until there is room: fewer than `maxInFlight` calls here, and fewer than
   * `queueLimit` jobs there, or a free slot where that is Infinity.
   *
   * @returns rejects with `signal.reason`, an `EngineError` or a `ConnectionLostError`.
   */
  ready(options: { readonly signal?: AbortSignal } = {}): Promise<void> {
    checkWaitOptions(options)
    return this.#untilRoom(options.signal)
  }

  /** The queue as it is now, with its workers. @returns rejects where Redis cannot be reached. */
  stats(): Promise<BullStats> {
    return statsOf(this.#link, this.#settings.queue)
  }

  /**
   * Refuses new calls, waits for the jobs of its own (`pending: 'run'`) or cancels them (`'reject'`, or after
   * `timeoutMs`), and closes its connections. Jobs of others are left alone.
   */
  close(options?: CloseOptions): Promise<void> {
    const closed = this.#lifecycle.close(options)
    this.#intake.drainStreams()
    this.#room.check()
    return closed
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close()
  }

  /** Where a cancel is not told at once, the caller waits for the end of the job too. */
  #perform(call: Call, args: readonly unknown[]): Promise<unknown> {
    const over = this.#calls.perform(call, args)
    this.#counts.refresh().catch(() => {})
    if (this.#settings.cancelPolicy === 'immediate') return call.promise
    call.promise.catch(() => {})
    return over.then(() => call.promise)
  }

  #refusal(work: unknown, options: SubmitOptions): Error | undefined {
    if (!this.#lifecycle.isOpen) return this.#lifecycle.closedError()
    const refusal = refuseClosure(this.name, work) ?? refuseTags(this.name, options)
    if (refusal || !this.#isFull) return refusal
    return new QueueFullError(
      `Executor '${this.name}' has ${this.#settings.queueLimit} jobs waiting, its queueLimit.`,
      { executor: this.name },
    )
  }

  /** Jobs that wait for more than the slots that are free. */
  get #queued(): number {
    const { running } = this.#dispatcher
    const own = this.#calls.size - running - Math.max(this.#counts.concurrency - running, 0)
    return Math.max(own, 0) + this.#counts.othersWaiting
  }

  get #isFull(): boolean {
    return this.#queued >= this.#settings.queueLimit
  }

  get #hasRoom(): boolean {
    if (this.#calls.size >= this.#settings.maxInFlight) return false
    if (this.#settings.queueLimit !== Number.POSITIVE_INFINITY) return !this.#isFull
    return this.#calls.size < Math.max(this.#counts.concurrency, 1)
  }

  async #untilRoom(signal: AbortSignal | undefined): Promise<void> {
    signal?.throwIfAborted()
    while (this.#lifecycle.isOpen) {
      await unlessAborted(() => this.#counts.refresh(), signal)
      if (this.#hasRoom) return
      await this.#change(signal)
    }
    throw this.#lifecycle.closedError()
  }

  /** Waits for a change here, or long enough for one elsewhere. */
  async #change(signal: AbortSignal | undefined): Promise<void> {
    let isOver = false
    const timer = new Timer(lookMs, () => {
      isOver = true
      this.#room.check()
    })
    try {
      await this.#room.until(() => isOver || this.#hasRoom || !this.#lifecycle.isOpen, signal)
    } finally {
      timer.clear()
    }
  }
}

function capabilitiesOf({ priorities }: BullSettings): Capabilities {
  return Object.freeze({
    closures: false,
    streaming: true,
    durable: true,
    transfer: false,
    cancel: 'forceful',
    delivery: 'at-least-once',
    values: 'wire',
    priority: priorities,
  })
}

function refuseTags(executor: string, { tags }: SubmitOptions): UnsupportedWorkError | undefined {
  if (tags === undefined || tags.length === 0) return undefined
  return new UnsupportedWorkError(
    `Executor '${executor}' has one kind of worker, and the call asks for tags (${tags.join(', ')}). Use a queue for each kind.`,
    { executor },
  )
}
