import {
  type ExecutorErrorInit,
  QueueFullError,
  UnsupportedWorkError,
} from '../../errors/executor-error.js'
import { definitionOf, isDeclaredTask, type TaskDefinition } from '../tasks/task-definition.js'

/** The refusal of a plain function by an executor that runs declared tasks only; `undefined` for a task. */
export function refuseClosure(executor: string, work: unknown): UnsupportedWorkError | undefined {
  if (isDeclaredTask(work)) return undefined
  const name = definitionOf(work)?.name ?? ((work as { name?: string }).name || 'anonymous')
  return new UnsupportedWorkError(
    `Executor '${executor}' runs declared tasks only, and '${name}' is a plain function. Declare it: task('…', fn) from @conc/core.`,
    { executor },
  )
}

/** The refusal of a stream task by `submit`, which gives one result. */
export function refuseStreamTask(
  executor: string,
  work: unknown,
): UnsupportedWorkError | undefined {
  return refuseStream(executor, definitionOf(work))
}

/** The same where the task was found by its name, as nothing else of it was known before. */
export function refuseStream(
  executor: string,
  definition: TaskDefinition | undefined,
): UnsupportedWorkError | undefined {
  if (!definition?.isStream) return undefined
  return new UnsupportedWorkError(
    `Task '${definition.name}' is a stream: call it, or use stream() of executor '${executor}' instead of submit().`,
    { executor, task: definition.name },
  )
}

/** The refusal of a task that no worker could import. */
export function refuseHomeless(executor: string, work: unknown): UnsupportedWorkError | undefined {
  const definition = definitionOf(work)
  if (definition === undefined || definition.module !== undefined) return undefined
  const { name } = definition
  return new UnsupportedWorkError(
    `Executor '${executor}' cannot run '${name}': its workers import the file that declares a task, and this one was declared in a REPL, with -e or from stdin. Declare it in a file.`,
    { executor, task: name },
  )
}

/** The refusal of one call too many. */
export function queueFull(
  executor: string,
  queueLimit: number,
  more?: ExecutorErrorInit,
): QueueFullError {
  const calls = queueLimit === 1 ? '1 call' : `${queueLimit} calls`
  return new QueueFullError(
    `Executor '${executor}' has ${calls} waiting, its queueLimit. Wait for ready() before a call, or raise it.`,
    { ...more, executor },
  )
}
