import { type Executor, UnsupportedWorkError } from '@conc/core'
import { definitionOf } from '@conc/core/internal'
import { UnknownExecutorError } from '../errors.js'
import type { Graph } from './graph.js'

export type Executors = Readonly<Record<string, Executor>>

/** The executor behind a name. @throws {UnknownExecutorError} */
export function executorNamed(
  name: string,
  executors: Executors,
  task: string | undefined,
): Executor {
  if (Object.hasOwn(executors, name)) return executors[name] as Executor
  throw new UnknownExecutorError(task, name, Object.keys(executors))
}

/**
 * Checks the executors that tasks, the weave and its run name. Names are only looked up where `executors` are given.
 *
 * @param sent the tasks that name one.
 * @throws {UnknownExecutorError}
 * @throws {UnsupportedWorkError} one of them does not run plain functions, and the task is one.
 */
export function checkExecutorsOf(
  graph: Graph,
  sent: readonly number[],
  common: Executor | string | undefined,
  executors: Executors | undefined,
): void {
  for (const task of sent) {
    const named = graph.options.get(task)?.executor
    const name = graph.names[task] as string
    if (typeof named !== 'string') refuseClosure(graph, task, named)
    else if (executors) refuseClosure(graph, task, executorNamed(named, executors, name))
  }
  for (const named of [graph.defaults?.executor, common]) {
    if (typeof named === 'string' && executors) executorNamed(named, executors, undefined)
  }
}

function refuseClosure(graph: Graph, task: number, executor: Executor | undefined): void {
  if (executor === undefined || executor.capabilities.closures) return
  if (definitionOf(graph.bodies[task]) !== undefined) return
  const name = graph.names[task] as string
  throw new UnsupportedWorkError(
    `Task '${name}' is a plain function, and executor '${executor.name}' runs declared tasks only. Declare it: task('…', fn) from @conc/core.`,
    { task: name, executor: executor.name },
  )
}
