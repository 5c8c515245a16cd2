import { definitionOf } from '@conc/core/internal'
import type { Lineage, Named } from '../named/lineage.js'
import { WeaveNotPortableError } from './background-errors.js'
import type { Checked } from './background-options.js'

/** A named weave whose module others can import. */
export type Portable = Named & { readonly module: string }

/** The name under which another thread or process finds the weave. @throws {WeaveNotPortableError} */
export function portable(lineage: Lineage | undefined): Portable {
  if (lineage === undefined) {
    throw new WeaveNotPortableError(
      "This weave cannot run in another process: it has no name there. Finish it at module level with .named('…').",
    )
  }
  if (lineage.kind === 'derived') throw derived(lineage)
  if (lineage.module === undefined) {
    throw new WeaveNotPortableError(
      `Weave '${lineage.name}' cannot run in another process: it was declared in code without a file.`,
    )
  }
  return lineage as Portable
}

/** The options of `run` that go along, as plain data. @throws {WeaveNotPortableError} */
export function portableOptions({ run, where }: Checked): Readonly<Record<string, unknown>> {
  const { signal: _, timeoutMs: __, onEvent, ...rest } = run
  for (const option of ['executor', 'executors'] as const) {
    if (rest[option] !== undefined) throw ofThisProcess(option, 'Bodies there open their own.')
  }
  if (onEvent !== undefined && where === 'detached') {
    throw ofThisProcess('onEvent', 'A detached run sends no events: it has a result file.')
  }
  for (const [option, value] of Object.entries(rest)) refuseFunctions(option, value)
  return rest
}

/** Where the task `onDone` is declared. @throws {WeaveNotPortableError} */
export function portableCallback(
  onDone: Checked['onDone'],
): { readonly task: string; readonly module: string } | undefined {
  const definition = definitionOf(onDone)
  if (definition === undefined) return undefined
  const { name, module } = definition
  if (module !== undefined) return { task: name, module }
  throw ofThisProcess('onDone', 'The task was declared in code without a file.')
}

function refuseFunctions(option: string, value: unknown): void {
  if (typeof value === 'function') throw ofThisProcess(option, 'Functions cannot travel.')
  if (option !== 'debug' || typeof value !== 'object' || value === null) return
  for (const [key, part] of Object.entries(value)) refuseFunctions(`debug.${key}`, part)
}

function derived({
  from,
  by,
  tasks,
}: Extract<Lineage, { kind: 'derived' }>): WeaveNotPortableError {
  return new WeaveNotPortableError(
    `This weave cannot run in another process: it was derived from '${from}' by ${by}, which exists only here. Name what comes out of it at module level, with .named('…').`,
    { derivedFrom: from, tasks },
  )
}

function ofThisProcess(option: string, hint: string): WeaveNotPortableError {
  return new WeaveNotPortableError(
    `\`${option}\` cannot go to another process: it exists only here. ${hint}`,
    { option },
  )
}
