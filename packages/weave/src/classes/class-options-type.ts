import type { EachOptions, TaskOptions } from '../builder/task-options.js'
import type { AnyEachField, TaskNames } from './class-rows.js'

/** Dependencies said explicitly, where the names are not known to the types. */
export interface LooseEdges {
  readonly needs?: readonly string[]
  readonly after?: readonly string[]
}

/**
 * What `static options` of a class template may say of its tasks.
 *
 * @example
 * class Report {
 *   static options = { rows: { retries: 2 } } satisfies ClassOptions<Report>
 *   rows({ day }: { day: string }) { return rowsOf(day) }
 * }
 */
export type ClassOptions<C> = {
  readonly [K in TaskNames<C>]?: (C[K] extends AnyEachField ? EachOptions : TaskOptions) &
    LooseEdges
}
