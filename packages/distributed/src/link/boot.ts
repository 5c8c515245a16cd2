import type { Level } from '@conc/core/internal'

/** What a worker process is started with; no argument and no variable of its environment has any of it. */
export interface Boot {
  readonly protocol: string
  /** The pool's name and id. */
  readonly pool: string
  readonly poolId: string
  /** The worker's number. */
  readonly worker: number
  /** Pools around this one. */
  readonly depth: number
  /** The breadths of this one and of those around, multiplied. */
  readonly breadth: number
  /** What the pool asks of sessions, where it listens. */
  readonly authkey?: Uint8Array
  /** URLs. */
  readonly modules: readonly string[]
  readonly concurrency: number
  /** Slots of the whole pool. */
  readonly slots: number
  /** `null`: none. */
  readonly queueLimit: number | null
  readonly maxPayloadBytes: number
  readonly maxSuspended: number
  /** `null`: any. */
  readonly maxRssBytes: number | null
  readonly prefetch: { readonly items: number; readonly bytes: number }
  readonly tagMatch: 'all' | 'any'
  readonly logLevel: Level
  /** What becomes of what it prints. */
  readonly console: 'inherit' | 'capture' | 'silent'
  readonly graceMs: number
  readonly cancel: 'cooperative' | 'forceful'
}

/** What a worker says when it can work. */
export interface ReadyReport {
  readonly pid: number
  /** The tasks it has loaded, with their versions. */
  readonly tasks: ReadonlyMap<string, string | undefined>
}
