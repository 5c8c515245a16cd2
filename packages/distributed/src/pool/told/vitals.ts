import { type Deferred, deferred, Timer } from '@conc/core/internal'
import type { PipeLink } from '../../link/pipe-link.js'
import { frameType } from '../../protocol/frame-types.js'
import { decodeMeta } from '../../protocol/meta.js'

/** What a worker says of itself when it is asked. */
export interface WorkerVitals {
  readonly rssBytes: number
  /** How long the answer took: what its loop was busy with. */
  readonly lagMs: number
  readonly utilization: number
}

/** A worker whose loop is blocked for longer is shown with what it said last. */
const patienceMs = 500
const recentMs = 250

/** Asks one worker how it is. */
export class VitalsQuestion {
  readonly #link: PipeLink
  #last: WorkerVitals = { rssBytes: 0, lagMs: 0, utilization: 0 }
  #answer: Deferred<void> | undefined
  #askedAt = 0
  #answeredAt = Number.NEGATIVE_INFINITY

  constructor(link: PipeLink) {
    this.#link = link
  }

  async ask(): Promise<WorkerVitals> {
    if (this.#answer === undefined) {
      this.#answer = deferred()
      this.#askedAt = performance.now()
      this.#link.add(frameType.stats, 0)
    }
    const { promise, resolve } = this.#answer
    const timer = new Timer(patienceMs, resolve)
    await promise
    timer.clear()
    const waitedMs = performance.now() - this.#askedAt
    return this.#answer ? { ...this.#last, lagMs: waitedMs } : this.#last
  }

  /** What it said a moment ago; it is asked where that is too long. */
  async recent(): Promise<WorkerVitals> {
    return performance.now() - this.#answeredAt < recentMs ? this.#last : await this.ask()
  }

  answered(meta: Uint8Array): void {
    const { rssBytes, utilization } = decodeMeta(meta) ?? {}
    if (typeof rssBytes !== 'number' || typeof utilization !== 'number') return
    this.#answeredAt = performance.now()
    this.#last = { rssBytes, utilization, lagMs: performance.now() - this.#askedAt }
    this.over()
  }

  /** Nobody will answer any more, or just has. */
  over(): void {
    const answer = this.#answer
    this.#answer = undefined
    answer?.resolve()
  }
}
