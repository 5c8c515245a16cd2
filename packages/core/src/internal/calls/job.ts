import { AsyncResource } from 'node:async_hooks'
import type { Member, Roster } from '../line/roster.js'
import type { Borrower, Slot } from '../line/slot.js'
import { failedHere } from '../running/run-here.js'
import { pause } from './attempts.js'
import { Cancellation } from './cancellation.js'
import { endsAsCancelled } from './ends-as-cancelled.js'
import type { JobBoard, SlotHolder } from './job-board.js'
import type { JobCall } from './job-call.js'
import { JobExtra } from './job-extra.js'

const noExtra: Pick<JobExtra, 'call' | 'attempts'> = { call: undefined, attempts: undefined }

export type JobStatus = 'waiting' | 'running' | 'cancelling' | JobEnd
export type JobEnd = 'fulfilled' | 'rejected' | 'cancelled'

/**
 * One function on its way through a line: it waits, runs in a slot, perhaps again after a pause, and settles once.
 * The slot is held until the body, and whatever a subclass lets follow it, has ended, also after a cancel.
 *
 * There can be a million of them: no private methods (each object would carry a brand), the rare in `extra`.
 */
export abstract class Job implements Borrower, SlotHolder {
  list: Roster | undefined = undefined
  next: Member | undefined = undefined
  prev: Member | undefined = undefined
  startedAt = 0
  status: JobStatus = 'waiting'
  /** The value or the reason, once settled. */
  outcome: unknown = undefined
  /** The caller's async context; `undefined` where whoever enters is in it. */
  protected scope: AsyncResource | undefined
  protected extra: JobExtra | undefined = undefined

  constructor(scope: AsyncResource | undefined) {
    this.scope = scope
  }

  abstract get board(): JobBoard

  /** Whether nobody else than this process is asked to run its body. */
  protected abstract get runsHere(): boolean

  /** Calls the function. May throw. */
  protected abstract invoke(): unknown
  /** The body gave a value. @returns a promise for what has to follow in the slot. */
  protected abstract bodyGave(value: unknown): Promise<void> | undefined
  /** The body failed for good, or ended by the cancel. */
  protected abstract bodyFailed(error: unknown, isCancelled: boolean): Promise<void> | undefined
  /** The call that made this job was interrupted; what hangs on the call itself ends now. */
  protected callInterrupted?(reason: unknown): void

  /** Settled: nothing is called any more. */
  protected onSettled?(): void

  get isDone(): boolean {
    const { status } = this
    return status === 'fulfilled' || status === 'rejected' || status === 'cancelled'
  }

  /** Also where it waits for another attempt. */
  get hasBegun(): boolean {
    return this.startedAt > 0
  }

  get more(): JobExtra {
    this.extra ??= new JobExtra()
    return this.extra
  }

  /** Of the present phase. */
  get cancellation(): Cancellation {
    const { more } = this
    more.cancellation ??= new Cancellation()
    return more.cancellation
  }

  toJob(): this {
    return this
  }

  /** Ties the job to its call; one that was interrupted before settles it. @returns whether the job is to be queued. */
  follow(call: JobCall): boolean {
    this.more.follow(call)
    if (call.isSettled) {
      this.interrupt(call.cancellation.reason)
      return false
    }
    call.attach(this)
    return true
  }

  enter(): void {
    const { scope } = this
    if (scope === undefined) void this.run()
    else void scope.runInAsyncScope(this.run, this)
  }

  borrow(giveBack: () => void): void {
    this.more.borrow(giveBack)
    this.enter()
  }

  /** The task that holds `slot` waits for this job. Should no other be free, it may have that one, also when it is repeated. */
  repeatsOn(slot: Slot): void {
    if (this.extra?.attempts) this.extra.lender = slot
  }

  /** From the entry with a slot in hand until the slot is given back. */
  async run(): Promise<void> {
    let rest: Promise<void> | undefined
    try {
      rest = this.ended(await this.begin())
    } catch (error) {
      rest = this.failed(error)
    }
    if (rest !== undefined) await rest
    if (this.status !== 'waiting') this.release()
  }

  /** Calls the function, with a slot in hand. */
  begin(): unknown {
    const { board } = this
    this.status = 'running'
    this.startedAt = ++board.started
    board.running.append(this)
    if (this.extra?.call) this.extra.call.isStarted = true
    return this.invoke()
  }

  /** Goes on with a body that was begun by a holder of a slot, in its place. */
  takeOver(holder: SlotHolder): void {
    this.status = 'running'
    this.startedAt = holder.startedAt
    this.board.running.replace(holder, this)
  }

  /** The body has fulfilled. */
  ended(value: unknown): Promise<void> | undefined {
    this.board.executed++
    return this.isDone ? undefined : this.bodyGave(value)
  }

  /** The body has rejected. In status `waiting` afterwards: it is repeated, and holds no slot any more. */
  failed(error: unknown): Promise<void> | undefined {
    this.board.executed++
    if (this.isDone) return undefined
    if (this.status === 'cancelling' && endsAsCancelled(error, this.cancellation.reason)) {
      return this.bodyFailed(this.cancellation.reason, true)
    }
    const { call, attempts } = this.extra ?? noExtra
    if (call !== undefined && this.runsHere) failedHere(call, error)
    if (attempts === undefined) return this.bodyFailed(error, false)
    try {
      this.repeatAfter(attempts.pauseAfter(error))
      return undefined
    } catch (final) {
      return this.bodyFailed(final, false)
    }
  }

  /** Gives the slot back. */
  release(): void {
    const { board, extra } = this
    board.running.remove(this)
    if (extra === undefined) {
      board.line.release()
      return
    }
    this.countCancelling(false)
    extra.leaveSlot(board.line)
    if (this.isDone) extra.bodyIsOver()
    // A slot that was lent, or given up, tells nobody when its job leaves.
    board.check()
  }

  /** Leaves without its slot, which goes on to the caller. @returns whether that is possible. */
  handOver(): boolean {
    if (this.extra !== undefined && !this.extra.isSlotPlain) return false
    this.board.running.remove(this)
    this.extra?.bodyIsOver()
    return true
  }

  /**
   * Cancels what the job does at present: waiting, it never runs; running, its signal aborts, and it settles when the
   * body has ended, or at once where that is the policy.
   *
   * @returns whether that changed its state: not if settled or told before.
   */
  abort(reason: unknown, isImmediate: boolean = this.board.isImmediate): boolean {
    if (this.status === 'waiting') {
      this.withdraw()
      this.extra?.cancellation?.cancel(reason)
      this.settle('cancelled', reason)
      this.extra?.bodyIsOver()
      return true
    }
    const accepts = this.status === 'running'
    if (accepts) {
      this.status = 'cancelling'
      this.countCancelling(true)
      this.cancellation.cancel(reason)
    }
    // A listener of the signal may have settled it just now.
    if (isImmediate && !this.isDone) this.settle('cancelled', this.cancellation.reason)
    return accepts
  }

  /** The job's call was interrupted: by its signal, its deadline, its parent, or the end of the pool. */
  interrupt(reason: unknown, isImmediate?: boolean): void {
    if (this.isDone) return
    this.callInterrupted?.(reason)
    this.abort(reason, isImmediate)
  }

  /** Calls `watcher` once, when the job settles. */
  watch(watcher: (job: Job) => void): void {
    const { more } = this
    more.watchers ??= new Set()
    more.watchers.add(watcher)
  }

  unwatch(watcher: (job: Job) => void): void {
    this.extra?.watchers?.delete(watcher)
  }

  /** Something else begins in the slot, with a signal of its own. */
  protected nextPhase(): void {
    this.status = 'running'
    const { extra } = this
    if (extra === undefined) return
    this.countCancelling(false)
    extra.cancellation?.end()
    extra.cancellation = undefined
  }

  protected settle(status: JobEnd, outcome: unknown): void {
    const { extra } = this
    this.status = status
    this.outcome = outcome
    this.scope = undefined
    extra?.end()
    this.onSettled?.()
    if (extra?.watchers === undefined) return
    const { watchers } = extra
    extra.watchers = undefined
    for (const watcher of watchers) watcher(this)
  }

  private repeatAfter(ms: number): void {
    const { board, cancellation } = this
    this.scope ??= new AsyncResource('conc.job')
    this.release()
    this.status = 'waiting'
    board.pausing.append(this)
    pause(ms, cancellation).then(
      () => this.comeBack(),
      () => {},
    )
  }

  private comeBack(): void {
    const { board } = this
    if (this.list !== board.pausing) return
    board.pausing.remove(this)
    board.line.join(this)
    this.extra?.lender?.lendTo(this)
  }

  private withdraw(): void {
    const { board } = this
    if (board.line.leave(this) || this.list !== board.pausing) return
    board.pausing.remove(this)
    board.check()
  }

  private countCancelling(isCancelling: boolean): void {
    const { more, board } = this
    if (more.isCancelling === isCancelling) return
    more.isCancelling = isCancelling
    board.cancelling += isCancelling ? 1 : -1
  }
}
