import { type Deferred, deferred, JobBoard, type ReasonOf, slotAround } from '@conc/core/internal'
import type { BaseTaskPool } from '../base-task-pool.js'
import { Admission } from './admission.js'
import { Countdown } from './countdown.js'
import { Group } from './group.js'
import { Groups, submitGroup } from './groups.js'
import { Ledger, type Report } from './ledger.js'
import { LiveTasks } from './live-tasks.js'
import type { TaskPoolOptions } from './options.js'
import type { PlainLane } from './plain-lane.js'
import type { Spawner } from './spawner.js'
import { SubmitJob } from './submit-job.js'
import type { TaskJob } from './task-job.js'

const nothing: Report = { outcomes: [], errors: [] }

/** What a pool knows: its tasks and groups, what still starts tasks, the counters, and the way to the end. */
export class PoolBoard extends JobBoard {
  readonly pool: BaseTaskPool
  readonly groups: Groups = new Groups()
  readonly spawners: Set<Spawner> = new Set<Spawner>()
  /** Slots of maps whose items are no jobs at present. */
  readonly lanes: Set<PlainLane> = new Set<PlainLane>()
  readonly #live = new LiveTasks<TaskJob>()
  readonly ledger: Ledger
  readonly admission: Admission = new Admission(this)
  readonly closed: Deferred<true> = deferred<true>()
  numWaiting = 0
  numRunning = 0
  numCancelled = 0
  numEnded = 0
  #nextId = 0
  /** Of lower ids, those that ended before the last flush are forgotten: all but the ones it left alone. */
  #flushedBelow = 0
  #leftByFlush: ReadonlySet<number> = new Set()
  readonly #flushes = new Set<Countdown<TaskJob>>()
  #gathering: Promise<Report> | undefined
  /** What was left at the end, for those who gather. */
  #last: Report = nothing
  readonly #log: ((line: string) => void) | undefined

  constructor(pool: BaseTaskPool, name: string, options: TaskPoolOptions) {
    const { poolSize: size = Infinity, queueLimit = Infinity } = options
    const release = (): void => {
      this.#last = this.#forget(false)
    }
    const { executor } = options
    super({ name, size, queueLimit, executor, isImmediate: false, release })
    this.pool = pool
    this.ledger = new Ledger(options.retain ?? 'all')
    this.#log = options.log?.bind(options)
    this.note(`${name} initialized`)
  }

  protected override get hasOnlyStreams(): boolean {
    const { spawners, lanes, streamBodies } = this
    const running = this.#live.size + lanes.size
    return spawners.size === 0 && running === streamBodies && super.hasOnlyStreams
  }

  /** Every task that is not over, as a job from now on. */
  get live(): LiveTasks<TaskJob> {
    if (this.lanes.size > 0) {
      const lanes = [...this.lanes].sort((one, other) => one.startedAt - other.startedAt)
      for (const lane of lanes) lane.toJob()
    }
    return this.#live
  }

  override get waiting(): number {
    return this.numWaiting
  }

  setLocked(isLocked: boolean): void {
    if (!this.admission.setLocked(isLocked)) return
    this.note(`${this.name} ${isLocked ? 'is locked!' : 'was unlocked.'}`)
    this.check()
  }

  note(line: string): void {
    if (this.#log === undefined) return
    try {
      this.#log(line)
    } catch (error) {
      process.emitWarning(`log of ${this.name} threw: ${String(error)}`)
    }
  }

  /** Starts a task, with a slot in hand, in the async context of its call. */
  start(job: TaskJob): void {
    this.taskStarted(job)
    if (job.tie()) job.enter()
    else this.line.release()
  }

  /** Puts a submitted task in line; it may use the slot of the task around it. */
  queue(job: SubmitJob): void {
    this.numWaiting++
    this.admission.waitingSubmits++
    if (!job.tie()) return
    this.line.join(job)
    const slot = slotAround(this.line)
    slot?.lendTo(job)
    if (slot) job.repeatsOn(slot)
  }

  /** A submitted task has started, or never will. */
  submitLeftLine(): void {
    this.numWaiting--
    this.admission.waitingSubmits--
  }

  /** The group of all submitted tasks. */
  submits(): Group {
    const existing = this.groups.get(submitGroup)
    if (existing) return existing
    const group = new Group(this, submitGroup)
    this.groups.add(group)
    return group
  }

  /** Whether somebody reads what the pool says of each task. */
  get isLogged(): boolean {
    return this.#log !== undefined
  }

  /** A task has got its slot. */
  taskStarted(job: TaskJob): void {
    job.id = this.itemStarted(job.owner)
    this.#live.add(job)
    if (this.#log) this.note(`Started ${job.name}`)
  }

  /** A task has got its slot. @returns its id */
  itemStarted(owner: Group): number {
    const id = this.#nextId++
    owner.size++
    owner.ids.add(id)
    this.numRunning++
    return id
  }

  /** A task that was no job has fulfilled. */
  itemOver(owner: Group, id: number, value: unknown): void {
    this.numRunning--
    this.numEnded++
    owner.size--
    this.ledger.recordValue(id, value)
    owner.retire()
  }

  /** A task that was an item only is a job now. */
  becameJob(job: TaskJob): void {
    this.#live.add(job)
  }

  /** A body has ended by its cancel. */
  taskCancelled(job: TaskJob): void {
    this.numRunning--
    this.numCancelled++
    if (this.#log) this.note(`Cancelled ${job.name}`)
  }

  /** A task has ended. @param wasCancelled whether `taskCancelled` was called. */
  taskEnded(job: TaskJob, wasCancelled: boolean): void {
    if (job.id < 0) {
      this.submitLeftLine()
      this.check()
      return
    }
    if (wasCancelled) this.numCancelled--
    else this.numRunning--
    this.numEnded++
    if (this.#log) this.note(`Ended ${job.name}`)
  }

  /** A task has ended, and so have its callbacks. Unless its slot goes on to another task, a `check()` has to follow. */
  taskOver(job: TaskJob): void {
    job.stage = 'over'
    this.#live.remove()
    job.owner.size--
    this.ledger.record(job)
    // It may stand among the live tasks a while longer.
    job.outcome = undefined
    job.owner.retire()
    if (this.#flushes.size > 0) for (const countdown of this.#flushes) countdown.tick(job)
  }

  /** Whether the id belongs to a task that is over, and not flushed. */
  hasEnded(id: number): boolean {
    if (!Number.isInteger(id) || id < 0 || id >= this.#nextId) return false
    return id >= this.#flushedBelow || this.#leftByFlush.has(id)
  }

  cancelGroup(group: Group, reasonOf: ReasonOf): void {
    group.leaveSignal()
    group.spawner?.stop()
    this.groups.remove(group)
    const { first, last } = group.ids
    for (const job of [...this.live.between(first, last), ...this.#inLine(group)]) {
      if (job.owner === group) job.interrupt(reasonOf(job.id >= 0))
    }
  }

  /** Cancels every group, waiting submits too. */
  override interruptAll(reasonOf: ReasonOf): void {
    for (const group of this.groups) this.cancelGroup(group, reasonOf)
    this.streams.interruptAll(reasonOf)
  }

  /** Waits for the tasks that are ending, then hands over and forgets what is over. */
  async flush(forgetsGroups: boolean): Promise<Report> {
    const countdown = new Countdown(this.live.oldestFirst().filter((job) => job.isEnding))
    this.#flushes.add(countdown)
    await countdown.reached
    this.#flushes.delete(countdown)
    return this.#forget(forgetsGroups)
  }

  /** Waits for everything, closes, and hands over what is left; shared by those who come meanwhile. */
  gather(): Promise<Report> {
    if (this.lifecycle.state === 'closed') return Promise.resolve(nothing)
    this.#gathering ??= this.#gather()
    return this.#gathering
  }

  override close(options?: Parameters<JobBoard['close']>[0]): Promise<void> {
    const { isLocked: wasLocked } = this.admission
    const isFirst = this.lifecycle.isOpen
    const closed = super.close(options)
    if (isFirst) {
      if (!wasLocked) this.note(`${this.name} is locked!`)
      void closed.then(() => {
        if (this.#gathering === undefined) this.#last = nothing
        this.closed.resolve(true)
      })
    }
    return closed
  }

  async #gather(): Promise<Report> {
    await this.close()
    const report = this.#last
    this.#last = nothing
    this.#gathering = undefined
    return report
  }

  #forget(forgetsGroups: boolean): Report {
    this.numEnded -= this.ledger.over
    this.#flushedBelow = this.#nextId
    this.#leftByFlush = new Set(this.live.oldestFirst().map((job) => job.id))
    if (forgetsGroups) this.groups.forget((id) => this.hasEnded(id))
    return this.ledger.take()
  }

  /** Submitted tasks of the group that have no id yet. */
  #inLine(group: Group): TaskJob[] {
    const isOne = (place: unknown): place is SubmitJob =>
      place instanceof SubmitJob && place.owner === group && place.id < 0
    return [...this.line].filter(isOne)
  }
}
