import { UnknownTaskError, UnsupportedWorkError } from '@conc/core'
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
  const names = { task: request.task, executor }
  if (definition === undefined) {
    throw new UnknownTaskError(
      `'${executor}' does not know task '${request.task}'. ${knownTasks()}`,
      names,
    )
  }
  if (request.version !== undefined && request.version !== definition.version) {
    throw new UnknownTaskError(
      `'${executor}' has version ${definition.version ?? '(none)'} of task '${request.task}' (${definition.module ?? 'no module'}), not ${request.version}.`,
      names,
    )
  }
  if (definition.isStream !== request.isStream) {
    const [is, not] = definition.isStream ? ['a stream', 'submit()'] : ['no stream', 'stream()']
    throw new UnsupportedWorkError(`Task '${request.task}' is ${is}: ${not} cannot run it.`, names)
  }
  return workOf(definition)
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
