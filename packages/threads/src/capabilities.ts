import { type Capabilities, UnsupportedWorkError } from '@conc/core'
import { definitionOf } from '@conc/core/internal'

/** A thread with several tasks cannot be ended for the sake of one. */
export function capabilitiesOf({ tasksPerThread }: { tasksPerThread: number }): Capabilities {
  return Object.freeze({
    closures: false,
    streaming: true,
    durable: false,
    transfer: true,
    cancel: tasksPerThread > 1 ? 'cooperative' : 'forceful',
    delivery: 'at-most-once',
    values: 'structured-clone',
    priority: true,
  })
}

/** The refusal of a task that no thread could import. */
export function refuseHomeless(executor: string, work: unknown): UnsupportedWorkError | undefined {
  const definition = definitionOf(work)
  if (definition === undefined || definition.module !== undefined) return undefined
  const { name } = definition
  return new UnsupportedWorkError(
    `Executor '${executor}' cannot run '${name}': its threads import the file that declares a task, and this one was declared in a REPL, with -e or from stdin. Declare it in a file.`,
    { executor, task: name },
  )
}
