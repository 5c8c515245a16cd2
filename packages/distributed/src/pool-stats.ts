import type { Load } from '@conc/core'

/** One worker of a pool, as `stats()` shows it. */
export interface WorkerStats {
  readonly id: number
  readonly pid: number | undefined
  /** `'starting'`, `'open'`, `'retiring'`: it ends its work and has a successor; `'respawning'` and `'failed'`: nobody is in its place. */
  readonly state: string
  readonly tags: readonly string[]
  readonly running: number
  readonly suspended: number
  readonly done: number
  readonly rssBytes: number
  readonly lagMs: number
  /** The part of the time in which its event loop was busy, 0 to 1. */
  readonly utilization: number
  /** Since its last task; 0 while busy. */
  readonly idleMs: number
  readonly restarts: number
  readonly lastExit: string | undefined
}

/** Times in ms, sizes in bytes; of the last calls of one task. */
export interface TaskStats {
  readonly count: number
  readonly failed: number
  readonly cancelled: number
  readonly waitMs: Quantiles
  readonly runMs: Quantiles
  readonly bytesIn: number
  readonly bytesOut: number
}

/** Of the values that were measured: so many percent of them are at most this. */
export interface Quantiles {
  readonly p50: number
  readonly p95: number
  readonly p99: number
  readonly max: number
}

/** What `stats()` of pools, servers and sessions tells. */
export interface PoolStats {
  readonly name: string
  readonly state: string
  readonly load: Load
  readonly uptimeMs: number
  /** Since there was work last; 0 while there is. */
  readonly idleMs: number
  readonly sessions: number
  /** The tasks that can be called. */
  readonly modules: readonly string[]
  /** Live names of locks. */
  readonly locks: number
  /** None where the executor has no workers of its own to tell of. */
  readonly workers: readonly WorkerStats[]
  /** By name, the first 1000; the rest under `other`. */
  readonly tasks: Readonly<Record<string, TaskStats>>
}
