import { type Capabilities, UnsupportedWorkError } from '@conc/core'
import { definitionOf } from '@conc/core/internal'

/** What every worker pool can do; `cancel` is an option. */
export function capabilitiesOf({ cancel }: Pick<Capabilities, 'cancel'>): Capabilities {
  return Object.freeze({
    closures: false,
    streaming: true,
    durable: false,
    transfer: false,
    cancel,
    delivery: 'at-most-once',
    values: 'wire',
    priority: true,
  })
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
