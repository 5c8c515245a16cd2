import { DuplicateTaskError, InvalidOptionError } from '../../errors/conc-error.js'
import type { SubmitOptions } from '../../executor.js'
import type { RetryPolicy } from '../../retry-policy.js'
import type { StandardSchemaV1 } from '../../standard-schema.js'
import { processState } from '../process-state.js'

/** What `task()` recorded: enough for a worker to find and run it. */
export interface TaskDefinition {
  readonly name: string
  readonly fn: (...args: never[]) => unknown
  /** URL or path of the declaring file; `undefined` where it cannot be imported (REPL, `-e`). */
  readonly module: string | undefined
  readonly isStream: boolean
  readonly version: string | undefined
  readonly idempotent: boolean | undefined
  readonly retry: RetryPolicy | undefined
  readonly timeoutMs: number | undefined
  readonly input: StandardSchemaV1 | undefined
  /** A plain function with a name and a frame of its own: it runs only where functions run. */
  readonly isFunction?: boolean
}

/** Marks a `Task` for every copy of this package. */
export const taskDefinition: unique symbol = Symbol.for('conc.task') as never

const nameGrammar = /^[A-Za-z0-9_.\-/]{1,128}$/

/** Names of tasks, context variables and named weaves: they cross processes, queues and command lines. */
export function checkName(option: string, value: unknown): asserts value is string {
  if (typeof value === 'string' && nameGrammar.test(value)) return
  throw new InvalidOptionError(option, 'a name of 1 to 128 letters, digits, _ . - or /', value)
}

/** Marks what `task.with(options)` gave: the options, for executors that it is submitted to. */
export const callOptions: unique symbol = Symbol.for('conc.callOptions') as never

/** The options bound by `task.with()`; what a submit says wins over them. */
export function boundOptions(work: unknown): SubmitOptions | undefined {
  return (work as Partial<Record<typeof callOptions, SubmitOptions>>)[callOptions]
}

/** The definition behind a task; `undefined` for a plain function and anything else. */
export function definitionOf(work: unknown): TaskDefinition | undefined {
  if (typeof work !== 'function') return undefined
  return (work as unknown as Record<symbol, TaskDefinition | undefined>)[taskDefinition]
}

/** Whether this is a declared task, which workers elsewhere can find by its name. */
export function isDeclaredTask(work: unknown): boolean {
  const definition = definitionOf(work)
  return definition !== undefined && definition.isFunction !== true
}

/** Every task this process has declared, by name. Where a module was evaluated again, its last one. */
export interface TaskRegistry {
  add(definition: TaskDefinition): void
  find(name: string): TaskDefinition | undefined
  names(): string[]
}

class Registry implements TaskRegistry {
  readonly #byName = new Map<string, TaskDefinition>()

  /** @throws {DuplicateTaskError} another module has declared the name. */
  add(definition: TaskDefinition): void {
    const existing = this.#byName.get(definition.name)
    if (existing !== undefined && !isSameModule(existing.module, definition.module)) {
      throw new DuplicateTaskError(definition.name, existing.module, definition.module)
    }
    this.#byName.set(definition.name, definition)
  }

  find(name: string): TaskDefinition | undefined {
    return this.#byName.get(name)
  }

  names(): string[] {
    return [...this.#byName.keys()]
  }
}

export const registry: TaskRegistry = processState<TaskRegistry>('tasks', () => new Registry())

/** Development servers evaluate a changed module under a new query string: still the same module. */
function isSameModule(one: string | undefined, other: string | undefined): boolean {
  return one?.replace(/[?#].*$/, '') === other?.replace(/[?#].*$/, '')
}
