import type {
  Capabilities,
  CloseOptions,
  Executor,
  Load,
  StreamWork,
  SubmitOptions,
  Task,
  Work,
} from '@conc/core'
import {
  capabilitiesOfPool,
  checkArguments,
  checkCloseOptions,
  checkLimit,
  checkSubmitOptions,
  checkWaitOptions,
  checkWork,
  type Entered,
  refuseStreamTask,
  reportsEnd,
} from '@conc/core/internal'
import { cancelTargets } from './cancel/cancel-targets.js'
import {
  checkCall,
  checkPoolOptions,
  checkResults,
  checkSource,
  checkSyncSource,
  iterMapKeys,
  mapKeys,
} from './checks.js'
import { iterMap } from './iterate/iter-map.js'
import { mapRun } from './map/make-map.js'
import { mapNow } from './map/map-now.js'
import type {
  AnyIterOptions,
  AnyOptions,
  CancelOptions,
  CancelReport,
  CancelResult,
  IterMapOptions,
  IterOptions,
  PoolOptions,
  SpawnOptions,
} from './options.js'
import { type Reader, type ResultOf, type Results, readerOf, valueReaderOf } from './results.js'
import { PoolState } from './state/pool-state.js'
import type { Fn, ItemFn, TaskHandle } from './task-handle.js'
import type { AnyFunction, Batch } from './tasks/batch.js'
import { ExecJob } from './tasks/exec-job.js'
import { makeBatch, singleInput } from './tasks/make-batch.js'
import { PoolJob } from './tasks/pool-job.js'
import { endNow, poolStream } from './tasks/pool-stream.js'
import { SpawnJob } from './tasks/spawn-job.js'

/** The arguments of a declared task, which only one without parameters may leave out. */
type Args<A extends readonly unknown[]> = readonly [] extends A
  ? { readonly args?: A }
  : { readonly args: A }

/**
 * Runs async functions, at most `size` at a time and no fewer while any wait, first in, first out. It is an `Executor`
 * too: declared tasks and closures can be submitted to it.
 *
 * A slot is held until a function and then its callback have settled, also after a cancel or a timeout.
 *
 * @example
 * await using pool = new Pool(20)
 * const pages = await pool.map((url: string, task) => fetch(url, { signal: task.signal }), urls)
 */
export class Pool implements Executor {
  readonly name: string
  readonly #state: PoolState
  readonly #onDispose: 'join' | 'cancel'

  /**
   * @param options a number is the `size`; see `PoolOptions`.
   * @throws {InvalidOptionError} a wrong option
   */
  constructor(options: number | PoolOptions = {}) {
    const given = typeof options === 'number' ? { size: options } : options
    checkPoolOptions(given)
    this.#state = new PoolState(this, given)
    this.name = this.#state.name
    this.#onDispose = given.onDispose ?? 'join'
    Object.defineProperty(this, reportsEnd, { value: true })
  }

  /**
   * Slots. May change at any time: raised, waiting tasks start in this turn; lowered, nobody is stopped, and nothing
   * starts until fewer run.
   *
   * @throws {InvalidOptionError} no positive integer or Infinity; the old size stays
   */
  get size(): number {
    return this.#state.line.size
  }

  set size(size: number) {
    checkLimit('size', size)
    this.#state.line.size = size
  }

  /** Slots in use, by bodies and callbacks. */
  get running(): number {
    return this.#state.line.running
  }

  /** Tasks whose function was not entered; a `map` counts 1, and so does a task between two attempts. */
  get waiting(): number {
    return this.#state.waiting
  }

  /** Slots in use by tasks that were cancelled and have not ended. */
  get cancelling(): number {
    return this.#state.cancelling
  }

  /** Running and waiting. */
  get length(): number {
    return this.running + this.waiting
  }

  /** Nothing runs and nothing waits. */
  get isEmpty(): boolean {
    return this.length === 0
  }

  /** No slot is free. */
  get isFull(): boolean {
    return this.running >= this.size
  }

  /** Bodies that have settled so far, however they did. */
  get executed(): number {
    return this.#state.executed
  }

  get load(): Load {
    return this.#state.load
  }

  /** The injected executor's, with closures and without priority; else those of this process. */
  get capabilities(): Capabilities {
    return capabilitiesOfPool(this.#state.executor)
  }

  /**
   * Waits for a slot.
   *
   * @returns the handle, when the function was entered; the cancelled handle, when `cancel()` took it out of the line.
   * Rejects with `signal.reason` or a `TaskTimeoutError` while it waits, with `ExecutorClosedError` or `QueueFullError`.
   * @throws {InvalidOptionError} at once, for wrong arguments
   * @example
   * for (const url of urls) await pool.spawn((task) => fetch(url, { signal: task.signal }))
   */
  spawn<A extends readonly unknown[], T, R = Awaited<T>, C = undefined>(
    task: Task<A, T>,
    options: SpawnOptions<Awaited<T>, R, C> & Args<A>,
  ): Promise<TaskHandle<R>>
  spawn<T, R = T, C = undefined>(fn: Fn<T>, options?: SpawnOptions<T, R, C>): Promise<TaskHandle<R>>
  spawn(fn: unknown, options?: AnyOptions): Promise<TaskHandle<never>> {
    checkCall(fn, options, true)
    const state = this.#state
    const batch = makeBatch(state, fn as AnyFunction, options, 'single')
    const refusal = this.#refusal(batch) ?? this.#refuseSlot('spawn', false)
    if (refusal) return Promise.reject(refusal)
    const job = new SpawnJob<never>(batch, singleInput(batch, fn, options), state.scope())
    const entry = job.toEntry()
    state.start(job, false)
    return entry
  }

  /**
   * Queues a task without waiting for anything.
   *
   * @returns its handle, at once.
   * @throws {ExecutorClosedError} after `close`. {QueueFullError} past `queueLimit`. {InvalidOptionError} wrong arguments
   * @example
   * const handle = pool.spawnN(() => sleep(100))
   * await handle.settled
   */
  spawnN<A extends readonly unknown[], T, R = Awaited<T>, C = undefined>(
    task: Task<A, T>,
    options: SpawnOptions<Awaited<T>, R, C> & Args<A>,
  ): TaskHandle<R>
  spawnN<T, R = T, C = undefined>(fn: Fn<T>, options?: SpawnOptions<T, R, C>): TaskHandle<R>
  spawnN(fn: unknown, options?: AnyOptions): TaskHandle<never> {
    checkCall(fn, options, true)
    const state = this.#state
    const batch = makeBatch(state, fn as AnyFunction, options, 'single')
    const refusal = this.#refusal(batch)
    if (refusal) throw refusal
    const job = new PoolJob<never>(batch, singleInput(batch, fn, options), state.scope())
    state.start(job, false)
    return job
  }

  /**
   * Runs a function in its turn and waits for its result.
   *
   * @returns the result, of the callback where there is one; rejects with the error, at once with `signal.reason` or a
   * `TaskTimeoutError`, with the reason of a cancel, with `ExecutorClosedError` or `QueueFullError`.
   * @throws {InvalidOptionError} at once, for wrong arguments
   * @example
   * const page = await pool.exec((task) => fetch(url, { signal: task.signal }), { timeoutMs: 5000 })
   */
  exec<A extends readonly unknown[], T, R = Awaited<T>, C = undefined>(
    task: Task<A, T>,
    options: SpawnOptions<Awaited<T>, R, C> & Args<A>,
  ): Promise<R>
  exec<T, R = T, C = undefined>(fn: Fn<T>, options?: SpawnOptions<T, R, C>): Promise<R>
  exec(fn: unknown, options?: AnyOptions): Promise<never> {
    checkCall(fn, options, true)
    const batch = makeBatch(this.#state, fn as AnyFunction, options, 'single')
    return this.#run('exec', batch, singleInput(batch, fn, options))
  }

  /**
   * Calls `fn` for each item, at most `size` at a time together with all else that runs here. It pulls an item when
   * there is a slot for it (of an async source: one ahead), and takes part in the line item by item.
   *
   * @param options.signal ends the call; the others hold for each item, `timeoutMs` from its pull.
   * @param options.results how results are given; default `'flat'`, or a function of each settled handle.
   * @returns results in input order; rejects with what the source threw, when all that had started has finished; with
   * `signal.reason` at once, the pool's too; with the first failure where `results` is `'values'`. A `cancel()` of the pool
   * lets it resolve with what it has.
   * @throws {InvalidOptionError} at once, for wrong arguments
   * @example
   * const sizes = await pool.map((path: string) => stat(path), paths, { results: 'settled' })
   */
  map<I, T, X, R = T, C = undefined>(
    fn: ItemFn<I, T>,
    items: Iterable<I> | AsyncIterable<I>,
    options: SpawnOptions<T, R, C> & { results: (handle: TaskHandle<R>) => X },
  ): Promise<X[]>
  map<I, T, R = T, C = undefined, M extends Results = 'flat'>(
    fn: ItemFn<I, T>,
    items: Iterable<I> | AsyncIterable<I>,
    options?: SpawnOptions<T, R, C> & { results?: M },
  ): Promise<ResultOf<M, R>[]>
  map(
    fn: unknown,
    items: Iterable<unknown> | AsyncIterable<unknown>,
    options: AnyOptions & { results?: Results | Reader } = {},
  ): Promise<never[]> {
    checkCall(fn, options, false, mapKeys)
    checkSource(items)
    checkResults(options.results)
    const { results, signal, ...perItem } = options
    const batch = makeBatch(this.#state, fn as AnyFunction, perItem, 'item')
    const refusal = this.#refusal(batch, true) ?? this.#refuseSlot('map')
    if (refusal) return Promise.reject(refusal)
    const run = mapRun(
      {
        batch,
        signal,
        read: readerOf(results),
        readValue: valueReaderOf(results),
        failsFast: results === 'values',
      },
      items,
    )
    return run.run() as Promise<never[]>
  }

  /**
   * Queues a task for each item of a sync source at once: `spawnN` in a loop. For large inputs prefer `map`.
   *
   * @returns a handle per item, in order; that of an item past `queueLimit` has rejected with `QueueFullError`.
   * @throws {ExecutorClosedError} after `close`. {InvalidOptionError} wrong arguments, an async source. What the source throws
   * @example
   * const handles = pool.mapN(worker, [1, 2, 3])
   */
  mapN<I, T, R = T, C = undefined>(
    fn: ItemFn<I, T>,
    items: Iterable<I>,
    options?: SpawnOptions<T, R, C>,
  ): TaskHandle<R>[] {
    checkCall(fn, options, false)
    checkSyncSource(items)
    const batch = makeBatch(this.#state, fn as AnyFunction, options, 'item')
    const refusal = this.#refusal(batch, true)
    if (refusal) throw refusal
    return mapNow(batch, items, false) as PoolJob<R>[]
  }

  /**
   * Like `mapN`, then yields results as rounds of tasks end; with `lazy` or an async source it pulls items while their
   * results are read. Nothing is spawned before the first `next()`. Breaking out lets the rest run, unless `onBreak` is
   * `'cancel'`.
   *
   * @param options.results how results are given; default `'flat'`, or a function of each settled handle.
   * @param options see `IterOptions` for rounds, `IterMapOptions` for order, buffer and what a break does.
   * @returns results in completion order; `next()` rejects as `map` does.
   * @throws {InvalidOptionError} at once, for wrong arguments
   * @example
   * for await (const page of pool.iterMap(load, urls, { results: 'values', yieldWhen: 'first' })) index(page)
   */
  iterMap<I, T, X, R = T, C = undefined>(
    fn: ItemFn<I, T>,
    items: Iterable<I> | AsyncIterable<I>,
    options: SpawnOptions<T, R, C> &
      Omit<IterOptions, 'results' | 'flat'> &
      IterMapOptions & { flat: false; results: (handle: TaskHandle<R>) => X },
  ): AsyncGenerator<X[], void, undefined>
  iterMap<I, T, X, R = T, C = undefined>(
    fn: ItemFn<I, T>,
    items: Iterable<I> | AsyncIterable<I>,
    options: SpawnOptions<T, R, C> &
      Omit<IterOptions, 'results' | 'flat'> &
      IterMapOptions & { flat?: true; results: (handle: TaskHandle<R>) => X },
  ): AsyncGenerator<X, void, undefined>
  iterMap<I, T, R = T, C = undefined, M extends Results = 'flat'>(
    fn: ItemFn<I, T>,
    items: Iterable<I> | AsyncIterable<I>,
    options: SpawnOptions<T, R, C> & IterOptions<M> & IterMapOptions & { flat: false },
  ): AsyncGenerator<ResultOf<M, R>[], void, undefined>
  iterMap<I, T, R = T, C = undefined, M extends Results = 'flat'>(
    fn: ItemFn<I, T>,
    items: Iterable<I> | AsyncIterable<I>,
    options?: SpawnOptions<T, R, C> & IterOptions<M> & IterMapOptions & { flat?: true },
  ): AsyncGenerator<ResultOf<M, R>, void, undefined>
  iterMap(
    fn: unknown,
    items: Iterable<unknown> | AsyncIterable<unknown>,
    options: AnyOptions & AnyIterOptions & IterMapOptions = {},
  ): AsyncGenerator<never, void, undefined> {
    checkCall(fn, options, false, iterMapKeys)
    const batch = makeBatch(this.#state, fn as AnyFunction, options, 'item')
    const refuse = (): Error | undefined => this.#refusal(batch, true)
    return iterMap(batch, items, options, refuse) as AsyncGenerator<never, void, undefined>
  }

  /**
   * Cancels tasks: handles, those of `{ handles }`, or without either everything, maps in progress included. Waiting
   * ones never run; the signal of running ones aborts. Handles of other pools and tasks that have settled are ignored.
   *
   * @param what handles, or `CancelOptions`: `handles`, `reason`, `results`, `waitMs`.
   * @returns how many accepted it, and their results, when they have really ended or `waitMs` is over.
   * @throws {InvalidOptionError} at once, for something that is no handle, a promise for one
   * @example
   * const { cancelled } = await pool.cancel({ reason: new Error('shutting down'), waitMs: 1000 })
   */
  cancel<X>(
    options: Omit<CancelOptions, 'results'> & { results: (handle: TaskHandle<unknown>) => X },
  ): Promise<CancelReport<X>>
  cancel<M extends Results = 'flat'>(
    ...what: TaskHandle<unknown>[] | [CancelOptions<M>]
  ): Promise<CancelReport<CancelResult<M>>>
  cancel(...what: unknown[]): Promise<CancelReport<never>> {
    return cancelTargets(this.#state, what) as Promise<CancelReport<never>>
  }

  /**
   * Waits until nothing waits, nothing runs and no `map` is in progress; work that is added meanwhile extends it.
   *
   * @returns `true`.
   * @example
   * for (const n of [1, 2, 3]) pool.spawnN(() => worker(n))
   * await pool.join()
   */
  async join(): Promise<true> {
    this.#checkJoin()
    await this.#state.untilIdle()
    return true
  }

  /** `exec` for executors: runs `work(...args)`, these arguments only. */
  submit<A extends readonly unknown[], R>(
    work: Work<A, R>,
    args: A,
    options?: SubmitOptions,
  ): Promise<Awaited<R>> {
    checkWork(work)
    checkArguments(args)
    if (options !== undefined) checkSubmitOptions(options)
    return this.#run('submit', makeBatch(this.#state, work as AnyFunction, options, 'args'), args)
  }

  /** Runs a generator in a slot, from the first `next()` to its end or return. */
  stream<A extends readonly unknown[], Y>(
    work: StreamWork<A, Y>,
    args: A,
    options: SubmitOptions = {},
  ): AsyncGenerator<Y, void, undefined> {
    checkWork(work)
    checkArguments(args)
    checkSubmitOptions(options)
    const made = poolStream(this.#state, work as Entered['work'], args, options)
    return made as AsyncGenerator<Y, void, undefined>
  }

  /**
   * Waits until one more task finds room: below `queueLimit`, or a free slot where that is Infinity. Rejects with
   * `signal.reason`, or `ExecutorClosedError`.
   */
  ready(options: { readonly signal?: AbortSignal } = {}): Promise<void> {
    checkWaitOptions(options)
    return this.#state.ready(options.signal)
  }

  /**
   * Refuses work from now on, waits for what was accepted, and leaves an injected executor open. May be called again.
   * Once all else has ended, open streams end after the item that is being waited for.
   *
   * @param options.pending `'run'` (default) finishes accepted work, `'reject'` cancels it.
   * @param options.timeoutMs after so many ms the rest is cancelled and settles, and `close` resolves; default Infinity.
   */
  close(options?: CloseOptions): Promise<void> {
    if (options !== undefined) checkCloseOptions(options)
    const refusal = this.#state.guard?.refuseSelf('close')
    return refusal ? Promise.reject(refusal) : this.#state.close(options)
  }

  /**
   * `join()`, or `cancel()` with `onDispose: 'cancel'`; then `close()`. A stream that nobody pulls any more is not waited
   * for: it ends with the close.
   */
  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#onDispose === 'cancel') await this.cancel()
    else {
      this.#checkJoin()
      await this.#state.untilAbandoned()
    }
    await this.close()
  }

  /** @throws {PoolDeadlockError} the caller would wait for itself */
  #checkJoin(): void {
    const refusal = this.#state.guard?.refuseSelf('join')
    if (refusal) throw refusal
  }

  #run(call: string, batch: Batch, input: unknown): Promise<never> {
    const state = this.#state
    const refusal = this.#refusal(batch, state.mayBorrow) ?? this.#refuseSlot(call)
    if (refusal) {
      endNow(batch.submitOptions)
      return Promise.reject(refusal)
    }
    const job = new ExecJob<never>(batch, input, state.scope())
    const promise = job.toPromise()
    state.start(job, true)
    return promise
  }

  /** Why a function cannot be queued. */
  #refusal({ definition, fn }: Batch, hasRoom = false): Error | undefined {
    const refusal = this.#state.refusal(hasRoom)
    return definition ? (refuseStreamTask(this.name, fn) ?? refusal) : refusal
  }

  /** Why waiting for a slot would never end. */
  #refuseSlot(call: string, lends = true): Error | undefined {
    return this.#state.guard?.refuseSlot(call, lends)
  }
}
