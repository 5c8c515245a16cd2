import type { TaskContext } from '@conc/core'

/** What a body can know about its own call: its second parameter, in `each` the third. */
export interface WeaveContext extends TaskContext {
  /** The inputs of this run. */
  readonly inputs: Readonly<Record<string, unknown>>
  /** Position of the item, in mapped tasks. */
  readonly index?: number | undefined
}
