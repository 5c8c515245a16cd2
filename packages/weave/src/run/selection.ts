import { InvalidOptionError } from '@conc/core'
import { didYouMean } from '@conc/core/internal'
import { type Graph, predecessors } from '../plan/graph.js'

/** Which tasks a run is about, where it is not about all of them. */
export interface Selection {
  /** Values instead of running, by task. */
  readonly given: ReadonlyMap<number, unknown>
  /** Per task: it runs or is given; otherwise it is left out. */
  readonly isWanted: Uint8Array
}

/** @throws {InvalidOptionError} a name is no task of this weave. */
export function selectionOf(
  graph: Graph,
  only: readonly string[] | undefined,
  given: Readonly<Record<string, unknown>> = {},
): Selection {
  const values = new Map<number, unknown>()
  for (const name of Object.keys(given)) {
    values.set(numberOf(graph, 'given', name), given[name])
  }
  const wanted = only?.map((name) => numberOf(graph, 'only', name))
  const isWanted = wanted ? reachable(graph, wanted, values) : new Uint8Array(graph.count).fill(1)
  for (const task of values.keys()) isWanted[task] = 1
  return { given: values, isWanted }
}

/** Whether a body of the task is called. */
export function runs(selection: Selection | undefined, task: number): boolean {
  if (selection === undefined) return true
  return selection.isWanted[task] === 1 && !selection.given.has(task)
}

/** The tasks and what they need; what a given one needs is not needed because of it. */
function reachable(graph: Graph, tasks: number[], given: ReadonlyMap<number, unknown>): Uint8Array {
  const isReached = new Uint8Array(graph.count)
  const left = [...tasks]
  for (let task = left.pop(); task !== undefined; task = left.pop()) {
    if (isReached[task]) continue
    isReached[task] = 1
    if (!given.has(task)) left.push(...predecessors(graph, task))
  }
  return isReached
}

function numberOf({ names, numbers }: Graph, option: string, name: string): number {
  const number = numbers.get(name)
  if (number !== undefined) return number
  const near = didYouMean(name, names)
  const hint = near === undefined ? '' : ` (did you mean '${near}'?)`
  throw new InvalidOptionError(option, `names of tasks of this weave${hint}`, name)
}
