import type { JobResult } from './result-of.js'

/** How a job ended, as Redis tells it. */
export type JobEnd =
  | { readonly kind: 'completed'; readonly result: JobResult }
  | { readonly kind: 'failed'; readonly reason: string }
  /** Taken out of the queue before it began. */
  | { readonly kind: 'removed' }

/** Who wants to know of one job. `ended` comes once, nothing after it. */
export interface JobWatcher {
  began(): void
  /** It waits: from the start, for its next attempt, or because its worker gave it back or was lost. */
  paused(): void
  progressed(data: unknown): void
  ended(end: JobEnd): void
  /** It is not in Redis any more, and nobody said how it ended. */
  gone(): void
}

/** When a job of which nothing was heard is looked at first, and how long the pauses grow; ms. */
const firstLookMs = 2000
const longestPauseMs = 10_000

interface Tracked {
  /** Mostly one: a set would be half of what a job costs here. */
  watchers: JobWatcher[]
  isRunning: boolean
  pauseMs: number
  lookAt: number
}

/**
 * From events, which may be lost, doubled or late, to one end a job. Knows the unsettled jobs of one executor and when
 * to ask Redis about one that has been silent.
 */
export class Dispatcher {
  readonly #jobs = new Map<string, Tracked>()
  readonly #now: () => number
  #running = 0

  /** @param now ms, from any origin. */
  constructor(now: () => number = () => performance.now()) {
    this.#now = now
  }

  get size(): number {
    return this.#jobs.size
  }

  /** Jobs that have begun and not ended. */
  get running(): number {
    return this.#running
  }

  add(id: string, watcher: JobWatcher): void {
    const known = this.#jobs.get(id)
    if (known) {
      known.watchers.includes(watcher) || known.watchers.push(watcher)
      if (known.isRunning) watcher.began()
      return
    }
    this.#jobs.set(id, {
      watchers: [watcher],
      isRunning: false,
      pauseMs: firstLookMs,
      lookAt: this.#now() + firstLookMs,
    })
  }

  /** @returns whether others still want to know of the job. */
  remove(id: string, watcher: JobWatcher): boolean {
    const job = this.#jobs.get(id)
    if (!job) return false
    job.watchers = job.watchers.filter((one) => one !== watcher)
    if (job.watchers.length > 0) return true
    this.#forget(id, job)
    return false
  }

  began(id: string): void {
    const job = this.#jobs.get(id)
    if (!job || job.isRunning) return
    job.isRunning = true
    this.#running++
    for (const watcher of job.watchers) watcher.began()
  }

  paused(id: string): void {
    const job = this.#jobs.get(id)
    if (!job) return
    if (job.isRunning) this.#running--
    job.isRunning = false
    // Also where nobody told of its beginning: a cancel may wait for this.
    for (const watcher of job.watchers) watcher.paused()
  }

  progressed(id: string, data: unknown): void {
    for (const watcher of this.#jobs.get(id)?.watchers ?? []) watcher.progressed(data)
  }

  ended(id: string, end: JobEnd): void {
    const job = this.#jobs.get(id)
    if (!job) return
    this.#forget(id, job)
    for (const watcher of job.watchers) watcher.ended(end)
  }

  /** Redis does not know it. Who watches decides whether it is added again. */
  gone(id: string): void {
    const job = this.#jobs.get(id)
    if (!job) return
    this.#forget(id, job)
    for (const watcher of job.watchers) watcher.gone()
  }

  /** The jobs to ask about now; each is due again later, by growing pauses. */
  due(): string[] {
    const now = this.#now()
    const ids: string[] = []
    for (const [id, job] of this.#jobs) {
      if (job.lookAt > now) continue
      job.pauseMs = Math.min(job.pauseMs * 2, longestPauseMs)
      job.lookAt = now + job.pauseMs
      ids.push(id)
    }
    return ids
  }

  /** Every job is due: events may have been missed. */
  doubt(): void {
    for (const job of this.#jobs.values()) job.lookAt = 0
  }

  #forget(id: string, job: Tracked): void {
    this.#jobs.delete(id)
    if (job.isRunning) this.#running--
  }
}
