import { checkText } from '../internal/checks/option-checks.js'
import { processState } from '../internal/process-state.js'
import * as concErrors from './conc-error.js'
import { InvalidOptionError } from './conc-error.js'
import * as executorErrors from './executor-error.js'

/** A class of errors, whatever its constructor takes: none is called when one comes back. */
export type ErrorClass = abstract new (...args: never[]) => Error

interface ErrorRegistry {
  readonly byName: Map<string, ErrorClass>
  readonly nameOf: Map<ErrorClass, string>
}

const errors = processState<ErrorRegistry>('errors', () => ({
  byName: new Map(),
  nameOf: new Map(),
}))

/**
 * Lets errors of `type` come back from other threads, processes and machines as themselves, so that `instanceof`
 * works. Both sides have to register it; do so in the module that declares the class. Its constructor is not
 * called: own fields are restored, private ones are not.
 *
 * @param name what it is called on the way; default the class's name. Give one where a minifier renames classes.
 * @throws {InvalidOptionError} no class of errors, or another class has the name.
 * @example
 * class OutOfStockError extends Error { constructor(readonly sku: string) { super(`No ${sku} left`) } }
 * registerError(OutOfStockError)
 */
export function registerError(type: ErrorClass, name: string = type?.name): void {
  if (typeof type !== 'function' || !(type.prototype instanceof Error)) {
    throw new InvalidOptionError('type', 'a class that extends Error', type)
  }
  checkText('name', name)
  const existing = errors.byName.get(name)
  // The same file evaluated again makes a new class of the same text; the newest one is what callers can import.
  if (existing && existing !== type && String(existing) !== String(type)) {
    throw new InvalidOptionError('name', 'a name that no other class is registered by', name)
  }
  errors.byName.set(name, type)
  errors.nameOf.set(type, name)
}

export function registeredName(type: unknown): string | undefined {
  return errors.nameOf.get(type as ErrorClass)
}

export function registeredClass(name: string): ErrorClass | undefined {
  return errors.byName.get(name)
}

/** For the classes of a package: a second copy of it keeps those of the first, so registered names stay what they were. */
export function registerOwnErrors(classes: Readonly<Record<string, ErrorClass>>): void {
  for (const [name, type] of Object.entries(classes)) {
    if (!errors.byName.has(name)) errors.byName.set(name, type)
    errors.nameOf.set(type, name)
  }
}

registerOwnErrors({ ...concErrors, ...executorErrors })

const executorClasses: ReadonlySet<unknown> = new Set(Object.values(executorErrors))

/** @returns the name of the class in core that `error` extends, where that is an `ExecutorError` and not its own. */
export function executorBaseOf(error: Error): string | undefined {
  if (!(error instanceof executorErrors.ExecutorError)) return undefined
  let type: unknown = error.constructor
  if (executorClasses.has(type)) return undefined
  while (typeof type === 'function' && !executorClasses.has(type))
    type = Object.getPrototypeOf(type)
  return registeredName(type)
}

/** @returns a class in core by the name that `executorBaseOf` gave. */
export function executorClass(name: unknown): ErrorClass | undefined {
  const isKnown = typeof name === 'string' && Object.hasOwn(executorErrors, name)
  return isKnown ? registeredClass(name) : undefined
}
