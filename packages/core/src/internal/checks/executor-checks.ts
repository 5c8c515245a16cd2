import { InvalidOptionError } from '../../errors/conc-error.js'
import { UnsupportedWorkError } from '../../errors/executor-error.js'
import type { Executor } from '../../executor.js'
import { definitionOf, isDeclaredTask, type TaskDefinition } from '../tasks/task-definition.js'
import { checkText } from './option-checks.js'

export function isExecutor(value: unknown): value is Executor {
  const candidate = value as Partial<Executor> | null | undefined
  return (
    typeof candidate === 'object' &&
    candidate !== null &&
    typeof candidate.submit === 'function' &&
    typeof candidate.stream === 'function' &&
    typeof candidate.close === 'function' &&
    typeof candidate.capabilities === 'object'
  )
}

export function checkExecutor(option: string, value: unknown): asserts value is Executor {
  if (!isExecutor(value)) throw new InvalidOptionError(option, 'an Executor', value)
}

/** The name option of an executor in this process. @throws {InvalidOptionError} */
export function executorName(name: unknown, fallback: string): string {
  checkText('name', name)
  return (name as string | undefined) ?? fallback
}

/** @throws {InvalidOptionError} `work` is no function. */
export function checkWork(work: unknown): void {
  if (typeof work === 'function') return
  const isPromise = typeof (work as PromiseLike<unknown> | null)?.then === 'function'
  throw new InvalidOptionError(
    'work',
    isPromise ? 'a function or a task (pass `() => work()`)' : 'a function or a task',
    work,
  )
}

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
