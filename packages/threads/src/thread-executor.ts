import { MessageChannel } from 'node:worker_threads'
import {
  type Capabilities,
  type CloseOptions,
  type Executor,
  ExecutorError,
  type Load,
  QueueFullError,
  type StreamWork,
  type SubmitOptions,
  type Work,
  WorkerLostError,
} from '@conc/core'
import {
  assertNotImporting,
  Call,
  Conditions,
  captureContext,
  checkArguments,
  checkSubmitOptions,
  checkWork,
  deferred,
  type ForwardedOptions,
  Lifecycle,
  onBodyEnd,
  type Producer,
  refuseClosure,
  refuseStreamTask,
  reportsEnd,
  runAttempts,
  TaskStream,
} from '@conc/core/internal'
import { Attempt, type AttemptOwner } from './attempt.js'
import { contextOf } from './call-context.js'
import { capabilitiesOf, refuseHomeless } from './capabilities.js'
import { KeepAlive } from './keep-alive.js'
import type { Blame, CallContext } from './messages.js'
import type { ThreadMetrics } from './metrics.js'
import { NestedCalls, type NestedOwner, type TaskWork } from './nested-calls.js'
import { StreamReceiver } from './stream-receiver.js'
import { metricsOf } from './thread-metrics.js'
import {
  type ThreadExecutorOptions,
  type ThreadSettings,
  threadSettings,
} from './thread-options.js'
import { ThreadPool } from './thread-pool.js'

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
  /** Accepted calls, until the body is over. */
  readonly #calls = new Set<Call>()
  /** `ExecutorError`s that a body threw: its own failures as far as attempts are concerned. */
  readonly #thrown = new WeakSet<object>()
  readonly #once: AttemptOwner = {
    succeeded: (attempt, value) => {
      attempt.call.resolve(value)
      this.#over(attempt, undefined)
    },
    failed: (attempt, error) => {
      attempt.call.reject(error)
      this.#over(attempt, error)
    },
  }

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
    this.#pool = new ThreadPool(this.#settings, this.#nestedCalls(), () => this.#room.check())
    this.#lifecycle = new Lifecycle(this.name, {
      isForceful: true,
      isIdle: () => this.#calls.size === 0,
      cancelAll: (reason) => {
        for (const call of [...this.#calls]) call.interrupt(reason)
      },
      release: () => this.#release(),
    })
  }

  /** How busy it is: `concurrency` is `maxThreads * tasksPerThread`. */
  get load(): Load {
    const { running, waiting } = this.#pool.line
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
    this.#check(work, args, options)
    const refusal = refuseStreamTask(this.name, work) ?? this.#refusal(work)
    if (refusal) {
      endNow(options)
      return Promise.reject(refusal)
    }
    const call = new Call(this.name, work, options)
    if (call.isSettled) endNow(options)
    else this.#perform(call, args)
    return call.promise as Promise<Awaited<R>>
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
    this.#check(work, args, options)
    let context: CallContext | undefined
    return new TaskStream<Y>({
      accept: () => {
        const call = this.#acceptStream(work, options)
        context = captureContext(call)
        return call
      },
      open: (call, attempt) => this.#openStream(call, args, contextOf(call, context, attempt)),
      ended: (call) => this.#forget(call),
    })
  }

  /**
   * Waits until there is room for one more call, and until `minThreads` run.
   *
   * @returns rejects with `signal.reason`, and with a `WorkerLostError` that says why threads cannot start.
   */
  async ready(options: { readonly signal?: AbortSignal } = {}): Promise<void> {
    const { signal } = options
    this.#keepAlive.hold()
    try {
      if (this.#lifecycle.isOpen && this.#settings.minThreads > 0) await this.#pool.started(signal)
      await this.#room.until(() => !this.#lifecycle.isOpen || this.#hasRoom, signal)
    } finally {
      this.#keepAlive.letGo()
    }
    if (!this.#lifecycle.isOpen) throw this.#lifecycle.closedError()
  }

  /**
   * Refuses new calls, finishes the accepted ones (`pending: 'run'`) or cancels them (`'reject'`, or after `timeoutMs`),
   * and ends all threads. Resolves when the last one is gone; bodies that ignore their cancel are ended after `graceMs`.
   */
  close(options?: CloseOptions): Promise<void> {
    const closed = this.#lifecycle.close(options)
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

  #check(work: unknown, args: unknown, options: SubmitOptions): void {
    assertNotImporting('A ThreadExecutor was used')
    checkWork(work)
    checkArguments(args)
    checkSubmitOptions(options)
  }

  #refusal(work: unknown): Error | undefined {
    if (!this.#lifecycle.isOpen) return this.#lifecycle.closedError()
    const refusal = refuseClosure(this.name, work) ?? refuseHomeless(this.name, work)
    if (refusal || !this.#isFull) return refusal
    return new QueueFullError(
      `Executor '${this.name}' has ${this.#settings.queueLimit} calls waiting, its queueLimit.`,
      { executor: this.name },
    )
  }

  /** Calls that wait for more than the slots that are free, or would be once threads have started. */
  get #queued(): number {
    const { waiting, running } = this.#pool.line
    return waiting - Math.max(this.#pool.concurrency - running, 0)
  }

  get #isFull(): boolean {
    return this.#queued >= this.#settings.queueLimit
  }

  get #hasRoom(): boolean {
    return this.#settings.queueLimit === Number.POSITIVE_INFINITY ? this.#queued < 0 : !this.#isFull
  }

  #perform(call: Call, args: readonly unknown[]): void {
    this.#accept(call)
    const context = captureContext(call)
    if (call.retry === undefined) {
      this.#start(call, args, contextOf(call, context, 1), this.#once)
    } else void this.#repeat(call, args, context)
  }

  async #repeat(
    call: Call,
    args: readonly unknown[],
    context: CallContext | undefined,
  ): Promise<void> {
    const blame = (error: unknown): Blame => this.#blame(error)
    try {
      call.resolve(
        await runAttempts({ ...call.attemptRules, blame }, (number) =>
          this.#attempt(call, args, contextOf(call, context, number)),
        ),
      )
    } catch (error) {
      call.reject(error)
    } finally {
      this.#forget(call)
    }
  }

  /** One of several attempts, as a promise that settles when its body has ended. */
  #attempt(
    call: Call,
    args: readonly unknown[],
    context: CallContext | undefined,
  ): Promise<unknown> {
    const { promise, resolve, reject } = deferred<unknown>()
    this.#start(call, args, context, {
      succeeded: (attempt, value) => {
        this.#count(attempt, undefined)
        resolve(value)
      },
      failed: (attempt, error, blame) => {
        this.#count(attempt, error)
        if (blame === 'body' && typeof error === 'object' && error !== null) this.#thrown.add(error)
        reject(error)
      },
    })
    return promise
  }

  #acceptStream(work: unknown, options: SubmitOptions): Call {
    const refusal = this.#refusal(work)
    if (refusal) {
      endNow(options)
      throw refusal
    }
    const call = new Call(this.name, work, options)
    this.#accept(call)
    return call
  }

  async #openStream<Y>(
    call: Call,
    args: readonly unknown[],
    context: CallContext | undefined,
  ): Promise<Producer<Y>> {
    const receiver = new StreamReceiver<Y>()
    const placed = deferred()
    this.#start(call, args, context, {
      placed: () => {
        const { port1, port2 } = new MessageChannel()
        receiver.attach(port1)
        placed.resolve()
        return port2
      },
      succeeded: (attempt) => {
        this.#count(attempt, undefined)
        receiver.bodyOver()
      },
      failed: (attempt, error) => {
        this.#count(attempt, error)
        receiver.bodyOver({ error })
        placed.reject(error)
      },
    })
    await placed.promise
    return receiver
  }

  #submitNested(work: TaskWork, args: readonly unknown[], owner: NestedOwner): Call {
    const call = new Call(this.name, work, owner.options)
    if (call.isSettled) return call
    this.#accept(call)
    this.#start(call, args, contextOf(call, captureContext(call), 1), {
      placed: (attempt) => owner.placed?.(attempt),
      succeeded: (attempt, value) => {
        owner.succeeded(attempt, value)
        this.#over(attempt, undefined)
      },
      failed: (attempt, error, blame) => {
        owner.failed(attempt, error, blame)
        this.#over(attempt, error)
      },
    })
    return call
  }

  #nestedCalls(): NestedCalls {
    return new NestedCalls({
      name: this.name,
      submitNested: (work, args, owner) => this.#submitNested(work, args, owner),
      ready: () => this.ready(),
    })
  }

  #start(
    call: Call,
    args: readonly unknown[],
    context: CallContext | undefined,
    owner: AttemptOwner,
  ): void {
    const attempt = new Attempt(this.#pool, call, args, context, owner)
    call.attempt = attempt
    if (call.cancellation.isCancelled) {
      attempt.fail(call.cancellation.reason, 'infrastructure')
      return
    }
    this.#pool.join(attempt)
    call.cancellation.add(attempt)
  }

  #blame(error: unknown): Blame {
    if (!(error instanceof ExecutorError) || this.#thrown.has(error)) return 'body'
    return 'infrastructure'
  }

  #accept(call: Call): void {
    this.#calls.add(call)
    this.#keepAlive.hold()
  }

  #over(attempt: Attempt, error: unknown): void {
    this.#count(attempt, error)
    this.#forget(attempt.call)
  }

  #count(attempt: Attempt, error: unknown): void {
    const { metrics } = this.#pool
    const { counts } = metrics
    if (attempt.startedAt > 0) {
      metrics.waited(attempt.startedAt - attempt.since)
      metrics.ran(performance.now() - attempt.startedAt)
    }
    if (error === undefined && !attempt.call.cancellation.isCancelled) counts.completed++
    else if (attempt.call.cancellation.isCancelled) counts.cancelled++
    else if (error instanceof WorkerLostError) counts.lost++
    else counts.failed++
  }

  #forget(call: Call): void {
    if (!this.#calls.delete(call)) return
    call.cancellation.end()
    endNow(call.options)
    this.#keepAlive.letGo()
    this.#lifecycle.check()
    this.#room.check()
  }

  async #release(): Promise<void> {
    this.#keepAlive.hold()
    await this.#pool.close()
    this.#keepAlive.end()
  }
}

/** Tells the executor in front, if it asked, that the body is over. */
function endNow(options: ForwardedOptions): void {
  options[onBodyEnd]?.()
}
