import type {
  Capabilities,
  CloseOptions,
  Executor,
  Load,
  StreamWork,
  SubmitOptions,
  Work,
} from '@conc/core'
import {
  assertNotImporting,
  Conditions,
  checkWaitOptions,
  Intake,
  KeepAlive,
  Lifecycle,
  queueFull,
  refuseClosure,
  refuseHomeless,
  reportsEnd,
} from '@conc/core/internal'
import { AcceptedCalls } from './calls/accepted-calls.js'
import { NestedCalls } from './calls/nested-calls.js'
import { capabilitiesOf } from './capabilities.js'
import type { ThreadMetrics } from './pool/metrics.js'
import { metricsOf } from './pool/thread-metrics.js'
import { ThreadPool } from './pool/thread-pool.js'
import {
  type ThreadExecutorOptions,
  type ThreadSettings,
  threadSettings,
} from './thread-options.js'

/**
 * Runs declared tasks on a bounded set of worker threads. The first submit starts the first thread; threads that have
 * nothing to do end by themselves and never hold the process.
 *
 * @example
 * await using threads = new ThreadExecutor({ maxThreads: 4 })
 * await withExecutor(threads, () => Promise.all(paths.map((path) => resize(path, 640))))
 */
export class ThreadExecutor implements Executor {
  readonly name: string
  readonly capabilities: Capabilities
  readonly #settings: ThreadSettings
  readonly #pool: ThreadPool
  readonly #lifecycle: Lifecycle
  readonly #room = new Conditions()
  readonly #keepAlive = new KeepAlive()
  readonly #calls: AcceptedCalls
  readonly #intake: Intake

  /**
   * @throws {InvalidOptionError} an option outside its range.
   * @throws {ConcError} `CONC_WHILE_IMPORTING`: a thread is importing the module that does this.
   */
  constructor(options: ThreadExecutorOptions = {}) {
    assertNotImporting('A ThreadExecutor was made')
    this.#settings = threadSettings(options)
    this.name = this.#settings.name
    this.capabilities = capabilitiesOf(this.#settings)
    Object.defineProperty(this, reportsEnd, { value: true })
    const nested = new NestedCalls({
      submit: (work, args, owner) => this.#calls.performNested(work, args, owner),
      ready: () => this.ready(),
    })
    this.#pool = new ThreadPool(this.#settings, nested, () => this.#room.check())
    this.#calls = new AcceptedCalls(this.name, this.#pool, this.#keepAlive, () => {
      this.#lifecycle.check()
      this.#room.check()
    })
    this.#intake = new Intake({
      name: this.name,
      kind: 'A ThreadExecutor',
      work: this.#calls,
      refuse: (work) => this.#refusal(work),
    })
    this.#lifecycle = new Lifecycle(this.name, {
      isForceful: true,
      isIdle: () => this.#calls.isEmpty,
      endIdleStreams: () => this.#calls.endLeftStreams(),
      cancelAll: (reason) => this.#calls.interruptAll(reason),
      release: () => this.#release(),
    })
  }

  /** How busy it is: `concurrency` is `maxThreads * tasksPerThread`. */
  get load(): Load {
    const { waiting, line } = this.#pool
    const { running } = line
    const { queueLimit } = this.#settings
    return { concurrency: this.#pool.concurrency, running, waiting, queueLimit }
  }

  /**
   * Runs a declared task on a thread. Arguments and result are structured clones; `options.transfer` and `move()` move.
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
   * Runs a generator task on a thread and pulls its items; the thread is at most 16 items or 1 MiB ahead.
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
   * Waits until there is room for one more call, and until `minThreads` run.
   *
   * @returns rejects with `signal.reason`, and with a `WorkerLostError` that says why threads cannot start.
   */
  ready(options: { readonly signal?: AbortSignal } = {}): Promise<void> {
    checkWaitOptions(options)
    return this.#untilRoom(options.signal)
  }

  /**
   * Refuses new calls, finishes the accepted ones (`pending: 'run'`) or cancels them (`'reject'`, or after `timeoutMs`),
   * and ends all threads. Resolves when the last one is gone; bodies that ignore their cancel are ended after `graceMs`.
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

  /** What it is doing, and what it has done since it was made or since `resetMetrics()`. */
  metrics(): ThreadMetrics {
    return metricsOf(this.#pool)
  }

  /** Sets counters, histograms and utilisation back to nothing. */
  resetMetrics(): void {
    this.#pool.metrics.reset()
  }

  async #untilRoom(signal: AbortSignal | undefined): Promise<void> {
    this.#keepAlive.hold()
    try {
      if (this.#lifecycle.isOpen && this.#settings.minThreads > 0) await this.#pool.started(signal)
      await this.#room.until(() => !this.#lifecycle.isOpen || this.#hasRoom, signal)
    } finally {
      this.#keepAlive.letGo()
    }
    if (!this.#lifecycle.isOpen) throw this.#lifecycle.closedError()
  }

  #refusal(work: unknown): Error | undefined {
    if (!this.#lifecycle.isOpen) return this.#lifecycle.closedError()
    const refusal = refuseClosure(this.name, work) ?? refuseHomeless(this.name, work)
    if (refusal || !this.#isFull) return refusal
    return queueFull(this.name, this.#settings.queueLimit)
  }

  /** Calls that wait for more than the slots that are free, or would be once threads have started. */
  get #queued(): number {
    const { waiting, line } = this.#pool
    const { running } = line
    return waiting - Math.max(this.#pool.concurrency - running, 0)
  }

  get #isFull(): boolean {
    return this.#queued >= this.#settings.queueLimit
  }

  get #hasRoom(): boolean {
    return this.#settings.queueLimit === Number.POSITIVE_INFINITY ? this.#queued < 0 : !this.#isFull
  }

  async #release(): Promise<void> {
    this.#keepAlive.hold()
    await this.#pool.close()
    this.#keepAlive.end()
  }
}
