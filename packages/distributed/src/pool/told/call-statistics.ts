import type { Ending } from '../../coordinator/call-request.js'
import type { PoolCall } from '../../coordinator/pool-call.js'
import type { Quantiles, TaskStats } from '../../pool-stats.js'

const mostTasks = 1000
const lastCalls = 256

/** Counts and times of calls, by task. */
export class CallStatistics {
  readonly #tasks = new Map<string, TaskCounts>()
  readonly #now: () => number
  #workEndedAt: number

  constructor(now: () => number = () => performance.now()) {
    this.#now = now
    this.#workEndedAt = now()
  }

  /** Since a call ended last. */
  get idleMs(): number {
    return this.#now() - this.#workEndedAt
  }

  settled(call: PoolCall, ending: Ending): void {
    const now = this.#now()
    this.#workEndedAt = now
    this.#countsOf(call.request.task).add(call, ending, now)
  }

  get tasks(): Record<string, TaskStats> {
    return Object.fromEntries([...this.#tasks].map(([name, counts]) => [name, counts.stats]))
  }

  #countsOf(task: string): TaskCounts {
    const known = this.#tasks.get(task)
    if (known) return known
    if (this.#tasks.size >= mostTasks && task !== 'other') return this.#countsOf('other')
    const made = new TaskCounts()
    this.#tasks.set(task, made)
    return made
  }
}

class TaskCounts {
  #count = 0
  #failed = 0
  #cancelled = 0
  #bytesIn = 0
  #bytesOut = 0
  readonly #waits = new LastTimes()
  readonly #runs = new LastTimes()

  add(call: PoolCall, ending: Ending, now: number): void {
    this.#count++
    for (const chunk of call.request.args) this.#bytesIn += chunk.byteLength
    if (call.cancelled) this.#cancelled++
    else if (!ending.ok) this.#failed++
    if (ending.ok) for (const chunk of ending.value) this.#bytesOut += chunk.byteLength
    if (call.startedAt === 0) return
    this.#waits.add(call.startedAt - call.waitsSince)
    this.#runs.add(now - call.startedAt)
  }

  get stats(): TaskStats {
    return {
      count: this.#count,
      failed: this.#failed,
      cancelled: this.#cancelled,
      waitMs: this.#waits.quantiles,
      runMs: this.#runs.quantiles,
      bytesIn: this.#bytesIn,
      bytesOut: this.#bytesOut,
    }
  }
}

/** The last few of many times. */
class LastTimes {
  readonly #times = new Float64Array(lastCalls)
  #added = 0

  add(ms: number): void {
    this.#times[this.#added++ % lastCalls] = ms
  }

  get quantiles(): Quantiles {
    const sorted = this.#times.slice(0, Math.min(this.#added, lastCalls)).sort()
    const at = (part: number): number =>
      sorted[Math.min(Math.floor(sorted.length * part), sorted.length - 1)] ?? 0
    return { p50: at(0.5), p95: at(0.95), p99: at(0.99), max: at(1) }
  }
}
