import type { PlanJSON } from '../plan/plan.js'

/** A task that a stalled run has not finished. */
export interface UnfinishedTask {
  readonly task: string
  /** `waiting` for other tasks, `ready` but without a slot, or `running`. */
  readonly state: 'waiting' | 'ready' | 'running'
  /** The tasks it waits for; empty where it runs or could run. */
  readonly for: readonly string[]
  /** When that began, in ms since the run began. */
  readonly sinceMs: number
}

/**
 * What happens in a run, for `onEvent` and the channel `conc:weave`. `at` is in ms since the run began. Values are
 * the objects themselves, not copies. `item` is the position of an item of a mapped task; without it the event is
 * about the whole task.
 */
export type WeaveEvent = { readonly run: string; readonly at: number } & (
  | {
      readonly type: 'plan'
      readonly plan: PlanJSON
      /** Epoch ms. */
      readonly startedAt: number
      /** Id of the task around the run. */
      readonly parent?: string
    }
  /** Everything it waits for is done. */
  | { readonly type: 'ready'; readonly task: string }
  | {
      readonly type: 'start'
      readonly task: string
      readonly item?: number
      readonly attempt: number
      /** `'here'`, or an executor's name. */
      readonly runsOn: string
      readonly deps: Readonly<Record<string, unknown>>
    }
  /** What the body passed to `progress()`. */
  | {
      readonly type: 'progress'
      readonly task: string
      readonly item?: number
      readonly data: unknown
    }
  | {
      readonly type: 'retry'
      readonly task: string
      readonly item?: number
      /** The attempt that failed. */
      readonly attempt: number
      readonly error: unknown
      readonly inMs: number
    }
  | {
      readonly type: 'end'
      readonly task: string
      readonly item?: number
      readonly ms: number
      readonly value: unknown
    }
  | {
      readonly type: 'error'
      readonly task: string
      readonly item?: number
      readonly ms: number
      readonly error: unknown
    }
  /** It ran when the run was stopped, or another item of its task failed. */
  | {
      readonly type: 'cancel'
      readonly task: string
      readonly item?: number
      readonly reason: unknown
    }
  /** It never started; `because` names the task whose failure stopped the run. */
  | { readonly type: 'skip'; readonly task: string; readonly because?: string }
  /** Nothing started or settled for `stallAfterMs`. */
  | { readonly type: 'stall'; readonly waiting: readonly UnfinishedTask[] }
  | {
      readonly type: 'finish'
      readonly status: 'fulfilled' | 'rejected' | 'cancelled'
      readonly ms: number
      readonly error?: unknown
    }
)
