import { Timer } from '@conc/core/internal'
import type { Job } from 'bullmq'
import { pack } from '../envelope/payload.js'

/** Least time between two reports, ms. What comes in between goes along with the next one. */
const everyMs = 100

/** Of more reports than this at once, the oldest are dropped. */
const mostAtOnce = 100

const limits = { inlineBytes: 64 * 1024, maxPayloadBytes: 64 * 1024 }

/** Passes on what a body reports, not oftener than Redis should be asked. */
export class ProgressReporter {
  readonly #job: Job
  #reports: unknown[] = []
  #timer: Timer | undefined
  #sending: Promise<void> = Promise.resolve()

  constructor(job: Job) {
    this.#job = job
  }

  report(data: unknown): void {
    this.#reports.push(data)
    if (this.#reports.length > mostAtOnce) this.#reports.shift()
    this.#timer ??= this.#sendInTurns()
  }

  /** The body is over: what was held back goes out now, before the result. */
  async end(): Promise<void> {
    this.#timer?.clear()
    this.#send()
    await this.#sending
  }

  #sendInTurns(): Timer {
    // Behind what the body reports in the same turn.
    setImmediate(() => this.#send())
    return new Timer(everyMs, () => {
      this.#timer = this.#reports.length > 0 ? this.#sendInTurns() : undefined
    })
  }

  #send(): void {
    const reports = this.#reports
    if (reports.length === 0) return
    this.#reports = []
    this.#sending = this.#sending.then(() => this.#update(reports)).catch(() => {})
  }

  async #update(reports: readonly unknown[]): Promise<void> {
    const owner = { task: this.#job.name, executor: '', started: true }
    const packed = pack(reports, 'progress', limits, owner)
    if (packed.isInline)
      await this.#job.updateProgress({ v: 1, n: this.#job.name, ...packed.payload })
  }
}
