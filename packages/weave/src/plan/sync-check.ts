import { WeaveAsyncError } from '../errors.js'
import { runs, type Selection } from '../run/selection.js'
import { type Graph, isDeclared, optionsOf } from './graph.js'

/** What the plan shows of a weave that cannot run without waiting. @throws {WeaveAsyncError} */
export function checkSync(graph: Graph, selection: Selection | undefined): void {
  for (let task = 0; task < graph.count; task++) {
    if (!runs(selection, task)) continue
    const fault = faultOf(graph, task)
    if (fault !== undefined) throw new WeaveAsyncError(graph.names[task] as string, fault)
  }
}

function faultOf(graph: Graph, task: number): string | undefined {
  const { executor, retries, perMinute, limitPerMinute } = optionsOf(graph, task)
  const source = graph.sources.get(task)
  if ((graph.flags[task] as number) & isDeclared) return 'is a declared Task'
  if (graph.bodies[task]?.constructor.name === 'AsyncFunction') return 'returns a promise'
  if (executor !== undefined) return 'names an executor'
  if (typeof retries === 'object' && (retries.delayMs ?? 0) > 0) return 'waits between attempts'
  if (source === undefined) return undefined
  if (perMinute !== undefined || limitPerMinute !== undefined) return 'starts its items at a pace'
  return typeof source === 'object' && Symbol.asyncIterator in source
    ? 'maps over an async source'
    : undefined
}
