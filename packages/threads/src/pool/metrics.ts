import { createHistogram, performance, type RecordableHistogram } from 'node:perf_hooks'

/** Times in ms. */
export interface Summary {
  readonly count: number
  readonly min: number
  readonly mean: number
  readonly max: number
  readonly p50: number
  readonly p90: number
  readonly p99: number
}

/** What a `ThreadExecutor` has done since it was made, or since `resetMetrics()`. */
export interface ThreadMetrics {
  /** Threads there are now, those that start included. */
  readonly threads: number
  readonly idleThreads: number
  readonly running: number
  /** Tasks that have begun and hold no slot, as they wait for nested calls. */
  readonly suspended: number
  readonly waiting: number
  /** Slot time used, over the slot time there was: 0 to 1. */
  readonly utilisation: number
  readonly completed: number
  readonly failed: number
  readonly cancelled: number
  /** Tasks whose thread died under them. */
  readonly lost: number
  /** Threads replaced after `maxTasksPerWorker`. */
  readonly recycled: number
  /** From the submit to the start. */
  readonly waitMs: Summary
  /** From the start to the settlement. */
  readonly runMs: Summary
}

export type Count = 'completed' | 'failed' | 'cancelled' | 'lost' | 'recycled'

/** Microseconds, so that short tasks are told apart. */
const perMs = 1000

/** Counters and histograms of one pool. */
export class Metrics {
  readonly counts: Record<Count, number> = {
    completed: 0,
    failed: 0,
    cancelled: 0,
    lost: 0,
    recycled: 0,
  }
  readonly #waits = createHistogram()
  readonly #runs = createHistogram()
  #slotMs = 0
  #since = performance.now()

  /** An attempt has ended. */
  timed({ since, startedAt }: { readonly since: number; readonly startedAt: number }): void {
    if (startedAt === 0) return
    record(this.#waits, startedAt - since)
    record(this.#runs, performance.now() - startedAt)
  }

  /** A slot was held for so long. */
  used(ms: number): void {
    this.#slotMs += ms
  }

  get waitMs(): Summary {
    return summaryOf(this.#waits)
  }

  get runMs(): Summary {
    return summaryOf(this.#runs)
  }

  /** @param heldMs of the slots in use now. */
  utilisation(concurrency: number, heldMs: (since: number) => number): number {
    const elapsed = (performance.now() - this.#since) * concurrency
    return elapsed > 0 ? Math.min((this.#slotMs + heldMs(this.#since)) / elapsed, 1) : 0
  }

  reset(): void {
    for (const key of Object.keys(this.counts) as Count[]) this.counts[key] = 0
    this.#waits.reset()
    this.#runs.reset()
    this.#slotMs = 0
    this.#since = performance.now()
  }
}

function record(histogram: RecordableHistogram, ms: number): void {
  histogram.record(Math.max(Math.round(ms * perMs), 1))
}

function summaryOf(histogram: RecordableHistogram): Summary {
  const { count } = histogram
  if (count === 0) return { count, min: 0, mean: 0, max: 0, p50: 0, p90: 0, p99: 0 }
  return {
    count,
    min: histogram.min / perMs,
    mean: histogram.mean / perMs,
    max: histogram.max / perMs,
    p50: histogram.percentile(50) / perMs,
    p90: histogram.percentile(90) / perMs,
    p99: histogram.percentile(99) / perMs,
  }
}
