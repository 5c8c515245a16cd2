import type { Settled } from '@conc/core'
import { type Entered, isTraced, Job, JobCall, newCallId, takes, traced } from '@conc/core/internal'
import type { BaseTaskPool } from '../base-task-pool.js'
import { CallbackError } from '../errors.js'
import type { Group } from './group.js'
import type { PoolTask, TaskInfo } from './options.js'
import type { Plan } from './plan.js'
import type { PoolBoard } from './pool-board.js'
import { printAsPoolTask } from './print-as-pool-task.js'

/** What of a task goes on; `'over'`: nothing, its callbacks have ended too. */
type Stage = 'body' | 'onCancel' | 'onEnd' | 'over'

/** One task of a pool, from its start to the end of its callbacks; its function knows it as its `PoolTask`. */
export class TaskJob extends Job implements PoolTask {
  static {
    printAsPoolTask(TaskJob.prototype)
  }
  readonly owner: Group
  /** What the plan makes the arguments of. */
  input: unknown
  /** Given at the start; -1 before. */
  id = -1
  stage: Stage = 'body'

  constructor(owner: Group, input: unknown) {
    super(undefined)
    this.owner = owner
    this.input = input
  }

  get board(): PoolBoard {
    return this.owner.board
  }

  get plan(): Plan {
    return this.owner.plan
  }

  get pool(): BaseTaskPool {
    return this.board.pool
  }

  get name(): string {
    return nameOfTask(this.board, this.id)
  }

  get group(): string {
    return this.owner.name
  }

  get signal(): AbortSignal {
    return this.cancellation.signal
  }

  get deadline(): number | undefined {
    return this.extra?.call?.deadline
  }

  /** Told to stop, or ended with a callback to come: a flush waits for it. */
  get isEnding(): boolean {
    return this.status === 'cancelling' || this.isDone
  }

  /** How it ended; once done. */
  get ending(): Settled<unknown> {
    const { status, outcome } = this
    if (status === 'fulfilled') return { status, value: outcome }
    return { status: status === 'rejected' ? status : 'cancelled', reason: outcome }
  }

  get isOver(): boolean {
    return this.stage === 'over'
  }

  /** Whether somebody else than `flush` is told of a failure. */
  get isReported(): boolean {
    return false
  }

  /** This attempt, for running it as a call of an executor. */
  entered(work: Entered['work'], args: readonly unknown[]): Entered {
    const { more, board } = this
    const attempt = more.attempts?.number ?? 1
    if (more.call === undefined) throw new Error(`Task '${this.name}' has no call.`)
    return { call: more.call, work, args, attempt, slot: more.slotOf(board.line) }
  }

  /** Whether it needs a call of its own. */
  protected get isTied(): boolean {
    return this.owner.isTied
  }

  /** Makes the call behind the task, where it needs one. @returns whether it may start: not if that was interrupted. */
  tie(): boolean {
    const { plan, board } = this
    if (!this.isTied) return true
    return this.follow(new JobCall(board.name, plan.fn, plan.options))
  }

  override abort(reason: unknown, isImmediate?: boolean): boolean {
    const isPausing = this.status === 'waiting'
    if (this.status === 'running') this.board.note(`Cancelling ${this.name} ...`)
    const isAccepted = super.abort(reason, isImmediate)
    if (isPausing && isAccepted && this.id >= 0) {
      // Between two attempts it holds no slot, so nothing is to be given back.
      this.owner.spawner?.taskEnded()
      this.followUp()
      this.board.check()
    }
    return isAccepted
  }

  override release(): void {
    const { owner, board, isDone } = this
    // First its place, then the slot: whoever is next in line has it before this returns.
    if (isDone) owner.spawner?.taskEnded()
    super.release()
    if (!isDone || this.id < 0) return
    this.followUp()
    board.check()
  }

  /** Its slot is free, or somebody else's; what is left is to tell of the end. */
  followUp(): void {
    if (this.owner.callbacks.onEnd === undefined) this.board.taskOver(this)
    else void this.tellEnd()
  }

  protected get runsHere(): boolean {
    const { plan, board } = this
    return !plan.isPlaced || !takes(board.executor, plan.fn)
  }

  protected invoke(): unknown {
    const { plan } = this
    return isTraced() && !plan.isPlaced ? this.traceBody() : plan.invoke(this)
  }

  protected bodyGave(value: unknown): undefined {
    this.settle('fulfilled', value)
  }

  protected bodyFailed(error: unknown, isCancelled: boolean): Promise<void> | undefined {
    if (isCancelled) return this.endCancelled(error)
    this.settle('rejected', error)
    return undefined
  }

  protected override onSettled(): void {
    this.input = undefined
    const wasCancelled = this.stage === 'onCancel'
    this.stage = 'onEnd'
    this.board.taskEnded(this, wasCancelled)
  }

  private endCancelled(reason: unknown): Promise<void> | undefined {
    this.stage = 'onCancel'
    this.board.taskCancelled(this)
    const { onCancel } = this.owner.callbacks
    if (onCancel === undefined) {
      this.settle('cancelled', reason)
      return undefined
    }
    const settled = { status: 'cancelled', reason } as const
    return this.callBack('onCancel', settled).then(() => this.settle('cancelled', reason))
  }

  private async tellEnd(): Promise<void> {
    await this.callBack('onEnd', this.ending)
    this.board.taskOver(this)
    this.board.check()
  }

  private async callBack(callback: 'onEnd' | 'onCancel', settled: Settled<unknown>): Promise<void> {
    const { id, name, group } = this
    const info: TaskInfo = { name, group, settled }
    try {
      await this.owner.callbacks[callback]?.(id, info)
    } catch (cause) {
      this.board.ledger.fail(new CallbackError(id, callback, cause))
    }
  }

  private traceBody(): Promise<unknown> {
    const { name, board, plan } = this
    const attempt = this.extra?.attempts?.number ?? 1
    return traced(
      () => ({ id: newCallId(), name, executor: board.name, attempt }),
      async () => plan.invoke(this),
    )
  }
}

export function nameOfTask({ name }: { readonly name: string }, id: number): string {
  return `${name}_Task-${id}`
}
