import type { Group } from './group.js'
import type { LaneFeed } from './lane-feed.js'
import { noItem } from './source/item-source.js'
import { TaskJob } from './task-job.js'

/** One slot of a `map` whose items are jobs. */
export class JobLane {
  readonly #owner: Group
  readonly #feed: LaneFeed

  constructor(owner: Group, feed: LaneFeed) {
    this.#owner = owner
    this.#feed = feed
  }

  /** With the slot in hand: one item after the other, as long as nobody else waits for the slot. */
  async serve(): Promise<void> {
    for (let job = this.#next(); job !== undefined; job = this.#next()) {
      let rest: Promise<void> | undefined
      try {
        rest = job.ended(await this.#begin(job))
      } catch (error) {
        rest = job.failed(error)
      }
      if (rest !== undefined) await rest
      // It pauses before another attempt, and its slot is free already.
      if (job.status === 'waiting') return
      if (!this.#keepsSlotOf(job)) {
        job.release()
        return
      }
    }
    this.#owner.board.line.release()
    this.#feed.finishIfOver()
  }

  #next(): TaskJob | undefined {
    const item = this.#feed.take()
    if (item === noItem) return undefined
    const job = new TaskJob(this.#owner, item)
    this.#owner.board.taskStarted(job)
    if (job.tie()) return job
    // What surrounds the call has ended it, and would end every other task as well.
    this.#feed.stop()
    return undefined
  }

  #begin(job: TaskJob): unknown {
    try {
      return job.begin()
    } finally {
      this.#feed.entered()
    }
  }

  #keepsSlotOf(job: TaskJob): boolean {
    if (!this.#feed.keepsSlots || !job.handOver()) return false
    this.#feed.left()
    job.followUp()
    return true
  }
}
