import type { AsyncResource } from 'node:async_hooks'
import { inspect } from 'node:util'
import { type Settled, TaskCancelledError } from '@conc/core'
import {
  type Entered,
  endsAsCancelled,
  isTraced,
  Job,
  newCallId,
  type ReasonOf,
  reasonByStart,
  takes,
  traced,
} from '@conc/core/internal'
import { TaskNotSettledError } from '../errors.js'
import type { Pool } from '../pool.js'
import type { PoolState } from '../state/pool-state.js'
import type { PoolTask, TaskFailure, TaskHandle } from '../task-handle.js'
import type { Batch } from './batch.js'

/** One task of a pool: what its function is given and what its caller holds are two views of this one object. */
export class PoolJob<R = unknown> extends Job implements TaskHandle<R>, PoolTask {
  batch: Batch
  /** What the batch's invocation works on: the function, its arguments, or the item. */
  input: unknown
  readonly id: number

  constructor(
    batch: Batch,
    input: unknown,
    scope: AsyncResource | undefined,
    id: number = ++batch.board.lastId,
  ) {
    super(scope)
    this.batch = batch
    this.input = input
    this.id = id
  }

  get board(): PoolState {
    return this.batch.board
  }

  get pool(): Pool {
    return this.board.pool
  }

  get name(): string {
    return this.batch.name ?? `${this.board.name}-${this.id}`
  }

  get signal(): AbortSignal {
    return this.cancellation.signal
  }

  get deadline(): number | undefined {
    return this.extra?.call?.deadline
  }

  get done(): boolean {
    return this.isDone
  }

  get promise(): Promise<R> {
    const { more } = this
    more.promise ??= this.settled.then(() => this.result())
    return more.promise as Promise<R>
  }

  get settled(): Promise<Settled<R>> {
    const { more } = this
    more.settled ??= new Promise<Settled<R>>((resolve) => {
      const settle = (): void => resolve(this.toSettled())
      if (this.isDone) return settle()
      this.watch(settle)
      // Read in a task of this pool, that task is about to wait for it.
      const isToEnter = this.list === undefined || this.list.owner === this.board.line
      if (isToEnter || this.extra?.attempts) this.board.lend(this)
    })
    return more.settled as Promise<Settled<R>>
  }

  result(): R {
    this.checkDone()
    if (this.status !== 'fulfilled') throw this.outcome
    return this.outcome as R
  }

  error(): unknown {
    this.checkDone()
    return this.status === 'fulfilled' ? undefined : this.outcome
  }

  cancel(reason?: unknown): Promise<Settled<R>> {
    const refusal = this.board.guard?.refuseSelf('cancel', [this])
    if (refusal) return Promise.reject(refusal)
    this.abort(reason ?? cancelReason(this.board)(this.hasBegun))
    return this.settled
  }

  /** There was no room for it. */
  refuse(error: Error): void {
    this.settle('rejected', error)
  }

  /** This attempt, for running it as a declared task. */
  entered(work: Entered['work'], args: readonly unknown[]): Entered {
    const { more, board } = this
    const attempt = more.attempts?.number ?? 1
    if (more.call === undefined) throw new Error(`Task '${this.name}' has no call.`)
    return { call: more.call, work, args, attempt, slot: more.slotOf(board.line) }
  }

  protected get runsHere(): boolean {
    const { isPlaced, fn, board } = this.batch
    return !isPlaced || !takes(board.executor, fn)
  }

  protected invoke(): unknown {
    const { batch } = this
    const { guard } = batch.board
    if (guard === undefined && !isTraced()) return batch.invocation(this, batch)
    const body = (): unknown => (batch.isPlaced ? batch.invocation(this, batch) : this.traceBody())
    return guard ? guard.run(this, body) : body()
  }

  protected bodyGave(value: unknown): Promise<void> | undefined {
    if (this.batch.callback !== undefined) return this.callBack(value, undefined)
    this.settle('fulfilled', value)
    return undefined
  }

  protected bodyFailed(error: unknown, isCancelled: boolean): Promise<void> | undefined {
    if (this.batch.callback !== undefined)
      return this.callBack(undefined, new BodyFailure(error, isCancelled))
    this.settle(isCancelled ? 'cancelled' : 'rejected', error)
    return undefined
  }

  protected override onSettled(): void {
    const { batch, status } = this
    this.batch = batch.remains
    this.input = undefined
    if (status === 'rejected') batch.board.report(this.outcome, this)
  }

  private async callBack(value: unknown, failed: TaskFailure | undefined): Promise<void> {
    const { callback, context } = this.batch
    this.nextPhase()
    try {
      const call = (): unknown => callback?.(value, failed, context, this)
      const { guard } = this.board
      const result = await (guard ? guard.run(this, call) : call())
      if (!this.isDone) this.settle('fulfilled', result)
    } catch (error) {
      if (!this.isDone) this.settleFailedCallback(error, failed)
    }
  }

  private settleFailedCallback(error: unknown, failed: TaskFailure | undefined): void {
    if (this.status === 'cancelling' && endsAsCancelled(error, this.cancellation.reason)) {
      this.settle('cancelled', this.cancellation.reason)
    } else if (failed?.cancelled && error === failed.error) {
      // Passed on as it came: the task was cancelled, and nothing else happened to it.
      this.settle('cancelled', error)
    } else {
      if (failed) addCause(error, failed.error)
      this.settle('rejected', error)
    }
  }

  private traceBody(): Promise<unknown> {
    const { batch, name } = this
    const attempt = this.extra?.attempts?.number ?? 1
    return traced(
      () => ({ id: newCallId(), name, executor: batch.board.name, attempt }),
      async () => batch.invocation(this, batch),
    )
  }

  private toSettled(): Settled<R> {
    const { status, outcome } = this
    if (status === 'rejected' || status === 'cancelled') return { status, reason: outcome }
    return { status: 'fulfilled', value: outcome as R }
  }

  private checkDone(): void {
    if (!this.isDone) throw new TaskNotSettledError(this.name, this.status)
  }
}

// The links of the line are nobody's business. (A computed method name cannot be declared in isolation.)
Object.defineProperty(PoolJob.prototype, inspect.custom, {
  value(this: PoolJob): string {
    return `TaskHandle { id: ${this.id}, name: '${this.name}', status: '${this.status}' }`
  },
})

/** The reason of a cancel that brings none. */
export function cancelReason(board: PoolState): ReasonOf {
  const { name } = board
  const text = `The task was cancelled in pool '${name}'.`
  return reasonByStart(new TaskCancelledError(text, { origin: 'cancel', executor: name }))
}

/** Builds the text of the stack when it is read: most callbacks never look. */
class BodyFailure implements TaskFailure {
  readonly error: unknown
  readonly cancelled: boolean

  constructor(error: unknown, cancelled: boolean) {
    this.error = error
    this.cancelled = cancelled
  }

  get stack(): string | undefined {
    return this.error instanceof Error ? this.error.stack : undefined
  }
}

function addCause(error: unknown, cause: unknown): void {
  if (!(error instanceof Error) || error === cause || error.cause !== undefined) return
  if (!Object.isExtensible(error)) return
  Object.defineProperty(error, 'cause', { value: cause, writable: true, configurable: true })
}
