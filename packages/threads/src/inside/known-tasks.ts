import { loadTask, registry, type TaskDefinition } from '@conc/core/internal'

interface KnownTask {
  readonly name: string
  readonly module: string | undefined
  definition?: TaskDefinition | undefined
}

/** The tasks of this thread's pool, by the number that the pool gave them. */
export class KnownTasks {
  readonly #tasks: KnownTask[] = []

  declare(number: number, name: string, module: string | undefined): void {
    this.#tasks[number] = { name, module }
  }

  nameOf(number: number): string {
    return this.#tasks[number]?.name ?? `number ${number}`
  }

  /** The task, if its module was imported already. */
  find(number: number): TaskDefinition | undefined {
    const task = this.#tasks[number]
    if (task === undefined) return undefined
    task.definition ??= registry.find(task.name)
    return task.definition
  }

  /** Imports the module of a task. @throws {UnknownTaskError} that fails, or does not declare it. */
  load(number: number): Promise<TaskDefinition> {
    return loadTask(this.nameOf(number), this.#tasks[number]?.module)
  }
}
