import type { Executor } from '@conc/core'
import type { Frame } from '@conc/core/internal'
import { MissingInputError, WeaveNameError } from '../errors.js'
import { executorNamed } from '../plan/executors.js'
import type { Graph } from '../plan/graph.js'
import type { RunOptions } from './run-options.js'

/** The inputs of one run: those of the weave, and over them those it was given. @throws {MissingInputError} */
export function inputsOf(
  graph: Graph,
  given: Readonly<Record<string, unknown>>,
): Readonly<Record<string, unknown>> {
  for (const name in given) {
    if (graph.numbers.has(name)) throw new WeaveNameError(name, 'it is a task of this weave')
  }
  const inputs: Record<string, unknown> = Object.create(null)
  Object.assign(inputs, graph.inputValues, given)
  graph.inputNames.forEach((name, number) => {
    const user = graph.inputUsers[number] as number
    if (user >= 0 && !(name in inputs))
      throw new MissingInputError(graph.names[user] as string, name)
  })
  return Object.freeze(inputs)
}

/** Where tasks run that name no executor. @throws {UnknownExecutorError} */
export function runExecutor(options: RunOptions, frame: Frame | undefined): Executor | undefined {
  const { executor, executors = {} } = options
  if (typeof executor === 'string') return executorNamed(executor, executors, undefined)
  return executor ?? frame?.executor
}

/** Epoch ms: the earliest of the run's own and those around it. */
export function deadlineOf(
  { timeoutMs = Number.POSITIVE_INFINITY }: RunOptions,
  frame: Frame | undefined,
): number | undefined {
  const own = timeoutMs === Number.POSITIVE_INFINITY ? timeoutMs : Date.now() + timeoutMs
  const earliest = Math.min(own, frame?.deadline ?? Infinity, frame?.task?.deadline ?? Infinity)
  return earliest === Number.POSITIVE_INFINITY ? undefined : earliest
}
