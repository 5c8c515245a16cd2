import type { Executor } from '@conc/core'
import type { Executors } from './executors.js'
import { type Graph, isDeclared, optionsOf } from './graph.js'

/** What is known about where tasks run: what a plan was told, or all of it in a run. */
export interface Places {
  /** Where tasks run that name no executor. */
  readonly executor?: Executor | string | undefined
  readonly executors?: Executors | undefined
  /** Whether the run has begun, so that without an executor tasks run here. */
  readonly isRun: boolean
}

/** `'here'`, an executor's name, or `'default'` where that is known at the run only. */
export function placeOf(graph: Graph, task: number, places: Places): string {
  const executor = resolved(optionsOf(graph, task).executor ?? places.executor, places.executors)
  const isTask = ((graph.flags[task] as number) & isDeclared) !== 0
  if (executor === undefined) return isTask && !places.isRun ? 'default' : 'here'
  if (typeof executor === 'string') return executor
  return isTask || executor.capabilities.closures ? executor.name : 'here'
}

function resolved(
  executor: Executor | string | undefined,
  executors: Executors | undefined,
): Executor | string | undefined {
  if (typeof executor !== 'string' || !executors) return executor
  return Object.hasOwn(executors, executor) ? executors[executor] : executor
}
