import { type ExecutorError, UnknownTaskError, UnsupportedWorkError } from '@conc/core'
import { registry, type TaskDefinition, taskDefinition } from '@conc/core/internal'

/** Stands for a task that was asked for by its name. */
export interface DeclaredWork {
  (): never
  readonly [taskDefinition]: TaskDefinition
}

const works = new WeakMap<TaskDefinition, DeclaredWork>()

/** What a caller asks for. */
export interface WorkRequest {
  readonly task: string
  readonly version?: string | undefined
  readonly isStream: boolean
}

/**
 * The task of this process with that name. Nothing else can be called: no module is loaded for a caller.
 *
 * @throws {UnknownTaskError | UnsupportedWorkError}
 */
export function declaredWork(request: WorkRequest, executor: string): DeclaredWork {
  const definition = registry.find(request.task)
  const refusal = refusalOf(request, definition, executor)
  if (definition === undefined || refusal !== undefined) throw refusal
  return workOf(definition)
}

/** What is said of it where it is none of those that can be called in this way. */
function refusalOf(
  { task, version, isStream }: WorkRequest,
  definition: TaskDefinition | undefined,
  executor: string,
): ExecutorError | undefined {
  if (definition === undefined) {
    const text = `'${executor}' does not know task '${task}'. ${knownTasks()}`
    return new UnknownTaskError(text, { task, executor })
  }
  if (version !== undefined && version !== definition.version) {
    const text = `'${executor}' has version ${definition.version ?? '(none)'} of task '${task}' (${definition.module ?? 'no module'}), not ${version}.`
    return new UnknownTaskError(text, { task, executor })
  }
  if (definition.isStream === isStream) return undefined
  const [is, not] = isStream ? ['no stream', 'stream()'] : ['a stream', 'submit()']
  return new UnsupportedWorkError(`Task '${task}' is ${is}: ${not} cannot run it.`, {
    task,
    executor,
  })
}

function workOf(definition: TaskDefinition): DeclaredWork {
  let work = works.get(definition)
  if (work === undefined) {
    const stub = (): never => {
      throw new Error(`Task '${definition.name}' was called without its executor.`)
    }
    work = Object.assign(stub, { [taskDefinition]: definition }) as DeclaredWork
    works.set(definition, work)
  }
  return work
}

function knownTasks(): string {
  const names = registry.names().filter((name) => !name.startsWith('conc/'))
  if (names.length === 0) return 'It has declared none: was its module imported there?'
  const more = names.length > 10 ? `, and ${names.length - 10} more` : ''
  return `It has declared ${names.slice(0, 10).join(', ')}${more}.`
}
