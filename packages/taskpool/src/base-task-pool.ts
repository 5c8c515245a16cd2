import type {
  Capabilities,
  CloseOptions,
  Executor,
  Load,
  Settled,
  StreamWork,
  SubmitOptions,
  Work,
} from '@conc/core'
import {
  capabilitiesOfPool,
  checkCount,
  checkSignal,
  checkWaitOptions,
  reportsEnd,
  unlessAborted,
} from '@conc/core/internal'
import { cancelTasks, reasonOf } from './pool/cancelling.js'
import { checkWaiting } from './pool/checks.js'
import { outcomesOf } from './pool/ledger.js'
import type { CancelOptions, FlushOptions, GatherOptions, TaskPoolOptions } from './pool/options.js'
import { PoolBoard } from './pool/pool-board.js'
import { streamOn, submitOn } from './pool/submitting.js'

let poolCount = 0

/**
 * What all task pools can do: count, cancel, lock, flush and close; and run work as an `Executor`.
 *
 * @example
 * async function drain(pool: BaseTaskPool): Promise<void> {
 *   pool.lock()
 *   console.log(`${pool.name}: ${pool.numRunning} running, ${pool.numWaiting} waiting`)
 *   await pool.gatherAndClose()
 * }
 */
export abstract class BaseTaskPool implements Executor {
  readonly name: string
  /** @internal */
  protected readonly board: PoolBoard
  readonly #onDispose: 'gather' | 'cancel'

  protected constructor(kind: string, options: TaskPoolOptions) {
    this.name = `${kind}-${options.name ?? poolCount++}`
    this.#onDispose = options.onDispose ?? 'gather'
    this.board = new PoolBoard(this, this.name, options)
    Object.defineProperty(this, reportsEnd, { value: true })
  }

  /**
   * Tasks that run at a time. It reads as it was set, and may be set at any time: raised, waiting tasks start in this
   * turn; lowered, nothing starts until fewer run; 0 pauses.
   *
   * @throws {InvalidOptionError} when set to something that is no integer of at least 0, nor Infinity; the old one stays.
   */
  get poolSize(): number {
    return this.board.line.size
  }

  set poolSize(size: number) {
    checkCount('poolSize', size)
    this.board.line.size = size
  }

  /** Tasks whose body runs, also after a cancel. */
  get numRunning(): number {
    return this.board.numRunning
  }

  /** Tasks that ended by a cancel and whose `onCancel` runs. */
  get numCancelled(): number {
    return this.board.numCancelled
  }

  /** Tasks that ended and were not flushed. */
  get numEnded(): number {
    return this.board.numEnded
  }

  /** Tasks that were accepted and have not started; a `map` counts 1 while it goes on. */
  get numWaiting(): number {
    return this.board.numWaiting
  }

  /** Whether all slots are in use. */
  get isFull(): boolean {
    return !this.board.line.hasRoom
  }

  /** Whether new tasks are refused: by `lock()`, or because the pool closes or is closed. */
  get isLocked(): boolean {
    return this.board.admission.isLocked
  }

  get isClosed(): boolean {
    return this.board.lifecycle.state === 'closed'
  }

  /** As the executor underneath, but that it takes closures. */
  get capabilities(): Capabilities {
    return capabilitiesOfPool(this.board.executor)
  }

  get load(): Load {
    return this.board.load
  }

  /** Refuses new tasks, with `PoolLockedError`, until `unlock()`. Calls that were accepted before go on. */
  lock(): void {
    this.board.setLocked(true)
  }

  /** Takes new tasks again. Does nothing once the pool closes. */
  unlock(): void {
    this.board.setLocked(false)
  }

  /**
   * The ids of the tasks of these groups, ended ones too; none without names.
   *
   * @throws {GroupNotFoundError}
   */
  getGroupIds(...groupNames: string[]): Set<number> {
    const groups = groupNames.map((name) => this.board.groups.find(name))
    return new Set(groups.flatMap((group) => [...group.ids]))
  }

  /**
   * Tells tasks to stop: their signals abort before this returns. All ids are checked first; one bad id, and none is
   * cancelled.
   *
   * @throws {TaskNotFoundError} there is no such task, or it was flushed.
   * @throws {AlreadyCancelledError} @throws {AlreadyEndedError}
   */
  cancel(ids: number | Iterable<number>, options: CancelOptions = {}): void {
    cancelTasks(this.board, ids, reasonOf(this.name, options))
  }

  /**
   * Ends what still starts tasks in the group, then tells its tasks to stop. The name is free afterwards.
   *
   * @throws {GroupNotFoundError}
   */
  cancelGroup(groupName: string, options: CancelOptions = {}): void {
    const reason = reasonOf(this.name, options)
    this.board.cancelGroup(this.board.groups.find(groupName), reason)
  }

  /** `cancelGroup` for every group, and submitted calls that wait. */
  cancelAll(options: CancelOptions = {}): void {
    this.board.interruptAll(reasonOf(this.name, options))
  }

  /**
   * Waits for the tasks that were told to stop and for the callbacks of those that ended, but not for running ones;
   * then forgets all tasks that are over.
   *
   * @param options.throwOnError throws what tasks, callbacks and sources threw: one error as it is, several as an
   *   `AggregateError`; no cancels, nothing a `submit` promise reported. Default true.
   * @param options.groups forgets their ids in groups too, and groups with nothing left. Default false.
   * @returns their outcomes, in the order of their starts.
   */
  flush(options: FlushOptions = {}): Promise<Settled<unknown>[]> {
    checkWaiting(options, ['throwOnError', 'groups'])
    const flushed = this.board.flush(options.groups === true)
    return flushed.then((report) => outcomesOf(report, options.throwOnError))
  }

  /**
   * Takes no new tasks, waits for accepted calls, all tasks and all callbacks whatever fails, and closes; then throws or
   * returns as `flush` does. Calls at the same time share it.
   *
   * @param options.signal ends the wait, not the closing.
   */
  gatherAndClose(options: GatherOptions = {}): Promise<Settled<unknown>[]> {
    checkWaiting(options, ['throwOnError', 'signal'])
    checkSignal(options.signal)
    const gathered = this.board.gather()
    const report = unlessAborted(() => gathered, options.signal)
    return report.then((whole) => outcomesOf(whole, options.throwOnError))
  }

  /** Resolves when the pool is closed, by whomever. */
  untilClosed(): Promise<true> {
    return this.board.closed.promise
  }

  /**
   * Runs `work(...args)` as a task of the group `submit`, when there is room.
   *
   * @returns its result; rejects with its error, with `signal.reason`, or with an `ExecutorError`: `PoolLockedError`,
   *   `PoolClosedError`, `QueueFullError`.
   */
  submit<A extends readonly unknown[], R>(
    work: Work<A, R>,
    args: A,
    options: SubmitOptions = {},
  ): Promise<Awaited<R>> {
    return submitOn(this.board, work, args, options) as Promise<Awaited<R>>
  }

  /** Runs a generator as a task of the group `submit`; it holds its slot from the first `next()` to its end. */
  stream<A extends readonly unknown[], Y>(
    work: StreamWork<A, Y>,
    args: A,
    options: SubmitOptions = {},
  ): AsyncGenerator<Y, void, undefined> {
    return streamOn(this.board, work, args, options) as AsyncGenerator<Y, void, undefined>
  }

  /** Waits until a submit would find room: a free slot, or a place where waiting is limited. */
  ready(options: { readonly signal?: AbortSignal } = {}): Promise<void> {
    checkWaitOptions(options)
    return this.board.admission.ready(options.signal)
  }

  /**
   * `gatherAndClose` that throws no errors of tasks. Once all else has ended, open streams end after the item that is being
   * waited for.
   *
   * @param options.pending `'reject'` cancels all tasks first; default `'run'`.
   * @param options.timeoutMs how long to wait, then the rest is cancelled and left alone; default Infinity.
   */
  close(options?: CloseOptions): Promise<void> {
    return this.board.close(options)
  }

  /** `gatherAndClose()`, after `cancelAll()` with `onDispose: 'cancel'`. */
  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#onDispose === 'cancel') this.cancelAll()
    await this.gatherAndClose()
  }

  toString(): string {
    return this.name
  }
}
