import type { AnyBody } from '../builder/steps.js'
import type { Graph } from '../plan/graph.js'
import type { Around } from './around.js'
import type { AnyRunOptions } from './run-options.js'
import type { Selection } from './selection.js'

/** What a run is begun with. */
export interface RunInit {
  readonly graph: Graph
  readonly inputs: Readonly<Record<string, unknown>>
  readonly options: AnyRunOptions
  /** What the run is about, where that is not everything. */
  readonly selection?: Selection | undefined
  /** Default: those of the graph. */
  readonly bodies?: readonly AnyBody[] | undefined
  /** It is part of this body, which called `merge`. */
  readonly part?: Around | undefined
  /** It is a merge, perhaps in a task that no weave runs. */
  readonly isMerge?: boolean
  /** Told of each task that starts, fulfils or fails: much less than an observer, and for much less. */
  readonly noticed?: ((task: number) => void) | undefined
  /** Everything is done before the constructor returns. */
  readonly isSync?: boolean
}
