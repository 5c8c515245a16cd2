import { DuplicateTaskError, UnknownTaskError } from '@conc/core'
import { importModules, processState } from '@conc/core/internal/base'

export interface CoroutineDefinition {
  readonly name: string
  readonly fn: (...args: never[]) => unknown
  readonly module: string | undefined
}

const coroutines = processState('coroutines', () => new Map<string, CoroutineDefinition>())

/** @throws {DuplicateTaskError} another module has declared the name. */
export function addCoroutine(definition: CoroutineDefinition): void {
  const existing = coroutines.get(definition.name)
  if (existing !== undefined && existing.module !== definition.module) {
    throw new DuplicateTaskError(definition.name, existing.module, definition.module)
  }
  coroutines.set(definition.name, definition)
}

/** The function of a declared coroutine, after importing its module where it is not known yet. */
export async function loadCoroutine(
  name: string,
  module: string | undefined,
): Promise<CoroutineDefinition['fn']> {
  if (!coroutines.has(name) && module !== undefined) await importFor(name, module)
  const found = coroutines.get(name)
  if (found !== undefined) return found.fn
  throw unknown(name, module, [...coroutines.keys()])
}

/** The function that a module exports under `name`. */
export async function loadExport(
  name: string,
  module: string,
): Promise<(...args: never[]) => unknown> {
  await importFor(name, module)
  const exported: Record<string, unknown> = await import(module)
  const fn = exported[name]
  if (typeof fn === 'function') return fn as (...args: never[]) => unknown
  throw unknown(name, module, Object.keys(exported))
}

async function importFor(name: string, module: string): Promise<void> {
  try {
    await importModules([module])
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause)
    const message = `Coroutine '${name}' cannot be loaded: importing ${module} failed: ${reason}`
    throw new UnknownTaskError(message, { task: name, cause })
  }
}

function unknown(
  name: string,
  module: string | undefined,
  names: readonly string[],
): UnknownTaskError {
  return new UnknownTaskError(
    `${module ?? 'No module'} has no coroutine or export '${name}'. It has: ${names.join(', ') || 'none'}.`,
    { task: name },
  )
}
