import type { CheckedOptions } from '../builder/option-checks.js'
import type { AnyBody } from '../builder/steps.js'
import type { Defaults } from '../builder/task-options.js'
import type { ClassPlan } from '../classes/class-plan.js'

/** What a task is, as bits. */
export const isMapped = 1
/** Its parameter could not be read: it waits for everything earlier and receives all of it. */
export const isOpaque = 2
/** Its body is a declared task. */
export const isDeclared = 4
/** A plain function without time limit, executor or `args`: called as it is. */
export const isSimple = 8
/** Its function has no parameter for the context, so that nobody could see one. */
export const isBlind = 16

/** Where a value comes from: the number of a task, or one of these. */
export const absent = -1
/** Input number `k` is `firstInput - k`. */
export const firstInput = -2

/**
 * A weave with its names resolved: tasks are numbers in definition order, and everything per task is an array, so
 * that a run over 10 000 tasks reads flat memory and allocates no record per task.
 */
export interface Graph {
  readonly count: number
  readonly names: readonly string[]
  readonly numbers: ReadonlyMap<string, number>
  readonly flags: Uint8Array
  readonly bodies: readonly AnyBody[]
  /** Of tasks that have some besides their dependencies. */
  readonly options: ReadonlyMap<number, CheckedOptions>
  /** Of mapped tasks: where the items come from, as in `origins`, or the source itself. */
  readonly sources: ReadonlyMap<number, number | object>
  /** Of opaque tasks: they see the tasks below this number. */
  readonly seen: ReadonlyMap<number, number>
  readonly defaults: Defaults | undefined

  /** What body `n` receives: `keys[i]` from `origins[i]`, for i from `keyStart[n]` to `keyStart[n + 1]`. */
  readonly keyStart: Int32Array
  readonly keys: readonly string[]
  readonly origins: Int32Array
  /** The places of keys that have a default where they are read. */
  readonly optional: ReadonlySet<number>

  /** How many tasks task `n` waits for, one counted as often as it is listed. */
  readonly waits: Int32Array
  /** The tasks that wait for `n`: from `nextStart[n]` to `nextStart[n + 1]`. */
  readonly nextStart: Int32Array
  readonly next: Int32Array
  /** The tasks that `n` waits for; of an opaque one only those that others do not cover. */
  readonly edgeStart: Int32Array
  readonly edges: Int32Array

  readonly inputNames: readonly string[]
  readonly inputValues: Readonly<Record<string, unknown>>
  /** The first task that cannot do without input `k`; -1 where all can. */
  readonly inputUsers: readonly number[]
  readonly hasPriorities: boolean
  /** Where the weave began with a class. */
  readonly classPlan: ClassPlan | undefined
  /** The tasks that name an executor themselves. */
  readonly sent: readonly number[]
  readonly opaque: ReadonlyMap<number, string>
}

/** The options of task `number`, with the weave's defaults under its own. */
export function optionsOf(graph: Graph, number: number): CheckedOptions {
  const own = graph.options.get(number)
  if (graph.defaults === undefined) return own ?? none
  return { ...graph.defaults, ...own }
}

/** The tasks that `task` waits for; of an opaque one all that are earlier. */
export function predecessors(graph: Graph, task: number): readonly number[] {
  if ((graph.flags[task] as number) & isOpaque) {
    return Array.from({ length: graph.seen.get(task) as number }, (_, earlier) => earlier)
  }
  return [...graph.edges.subarray(graph.edgeStart[task], graph.edgeStart[task + 1])]
}

const none: CheckedOptions = Object.freeze({})
