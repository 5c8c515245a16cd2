import { WorkerLeases } from '../engine/worker-leases.js'
import type { QueueLink } from './queue-link.js'

/** How old counts may be; ms. */
const freshMs = 500

/** How full the queue is, of all submitters together, and what its workers can run at a time: asked for now and then. */
export class EngineCounts {
  readonly #link: QueueLink
  readonly #ownWaiting: () => number
  #askedAt = Number.NEGATIVE_INFINITY
  #asking: Promise<void> | undefined
  /** Jobs of other submitters that wait in Redis. */
  othersWaiting = 0
  /** Slots of all workers; 0 while nobody has told. */
  concurrency = 0

  /** @param ownWaiting jobs of this submitter that have not begun. */
  constructor(link: QueueLink, ownWaiting: () => number) {
    this.#link = link
    this.#ownWaiting = ownWaiting
  }

  /** Asks again where the last answer is older than half a second. Connects where nobody did yet. */
  refresh(): Promise<void> {
    if (performance.now() - this.#askedAt < freshMs) return Promise.resolve()
    this.#asking ??= this.#ask().finally(() => {
      this.#asking = undefined
    })
    return this.#asking
  }

  async #ask(): Promise<void> {
    const { queue } = await this.#link.open()
    const leases = new WorkerLeases(this.#link.commands.redis, this.#link.keys)
    const [counts, workers] = await this.#link.ask(() =>
      Promise.all([queue.getJobCounts('wait', 'prioritized', 'delayed'), leases.list()]),
    )
    const waiting = Object.values(counts).reduce((sum, count) => sum + count, 0)
    this.othersWaiting = Math.max(waiting - this.#ownWaiting(), 0)
    this.concurrency = workers.reduce((sum, { load }) => sum + load.concurrency, 0)
    this.#askedAt = performance.now()
  }
}
