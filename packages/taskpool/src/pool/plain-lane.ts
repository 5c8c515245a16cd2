import { isTraced, Lane } from '@conc/core/internal'
import type { Group } from './group.js'
import type { LaneFeed } from './lane-feed.js'
import { MapTask } from './map-task.js'
import type { ClosureCall } from './plan.js'
import { noItem } from './source/item-source.js'
import { TaskJob } from './task-job.js'

/** One slot of a plain `map`: its items have an id and are counted, and are no jobs until somebody looks. */
export class PlainLane extends Lane<TaskJob> {
  readonly owner: Group
  readonly #feed: LaneFeed
  readonly #call: ClosureCall
  #input: unknown
  /** What the function of the item was given. It has to know its job for ever: the job may end by a cancel. */
  #task: MapTask | undefined
  #isListed = false

  constructor(owner: Group, feed: LaneFeed, call: ClosureCall) {
    super(owner.board)
    this.owner = owner
    this.#feed = feed
    this.#call = call
  }

  protected advance(): boolean {
    this.#input = this.#feed.take()
    if (this.#input !== noItem) return true
    this.#unlist()
    return false
  }

  protected open(): number {
    const { owner } = this
    if (!this.#isListed) {
      this.#isListed = true
      owner.board.lanes.add(this)
    }
    return owner.board.itemStarted(owner)
  }

  protected invoke(id: number): unknown {
    const call = this.#call
    this.#task = new MapTask(this, id)
    return call(this.#input, this.#task)
  }

  protected entered(): void {
    this.#input = undefined
    this.#feed.entered()
  }

  protected gave(id: number, value: unknown): void {
    this.owner.board.itemOver(this.owner, id, value)
  }

  /** Who has begun to trace sees the next item. */
  protected get keepsSlot(): boolean {
    return this.#feed.keepsSlots && !isTraced()
  }

  protected override goesOn(job: TaskJob | undefined): void {
    this.#feed.left()
    job?.followUp()
  }

  /** First the place in line, then the slot: whoever is next has it at once. */
  protected override leaves(): void {
    this.#unlist()
    this.#feed.taskEnded()
  }

  protected ranOut(): void {
    this.#feed.finishIfOver()
  }

  protected makeJob(id: number): TaskJob {
    const job = new TaskJob(this.owner, undefined)
    job.id = id
    return job
  }

  protected override becameJob(job: TaskJob): void {
    this.#unlist()
    if (this.#task) this.#task.job = job
    this.owner.board.becameJob(job)
  }

  #unlist(): void {
    this.#isListed = false
    this.owner.board.lanes.delete(this)
  }
}
