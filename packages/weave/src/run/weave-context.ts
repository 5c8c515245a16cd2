import type { TaskContext } from '@conc/core'
import type { Merge } from '../merge/merge-type.js'

/** What a body can know about its own call: its second parameter, in `each` the third. */
export interface WeaveContext extends TaskContext {
  /** The inputs of this run. */
  readonly inputs: Readonly<Record<string, unknown>>
  /** Position of the item, in mapped tasks. */
  readonly index?: number | undefined
  /** Runs an outside function as part of this task. May be taken out: `({ rows }, { merge }) => merge(check, rows)`. */
  readonly merge: Merge
}
