import { keepSparse } from '../internal/sparse-keys.js'
import { RemoteError } from './conc-error.js'
import {
  builtinErrors,
  type EncodedError,
  type ErrorEnvelope,
  envelopeLimits,
  textOf,
} from './envelope.js'
import { executorClass, registeredClass } from './register-error.js'

/**
 * What `encodeError` made, as an error again: built-in and registered classes as themselves, without calling their
 * constructors, other `ExecutorError`s as the class of core that they extend, others as a `RemoteError`. The input may come from anybody: never throws, never resolves a name
 * outside the registry.
 */
export function decodeError(encoded: EncodedError): unknown {
  return decode(encoded, 0, { left: envelopeLimits.nested })
}

/** Envelopes may share parts or contain themselves: the depth alone would not bound the work. */
interface Budget {
  left: number
}

function decode(encoded: EncodedError, depth: number, budget: Budget): unknown {
  if (typeof encoded !== 'object' || encoded === null) return encoded
  if (encoded.thrown !== 'error') return encoded.value
  if (depth > envelopeLimits.causes || budget.left-- <= 0) return anonymous(encoded)
  try {
    return revive(encoded, depth, budget)
  } catch {
    return anonymous(encoded)
  }
}

function anonymous({ message, name }: ErrorEnvelope): RemoteError {
  return new RemoteError(textOf(message) ?? '', { name: textOf(name) ?? 'Error' })
}

function revive(encoded: ErrorEnvelope, depth: number, budget: Budget): Error {
  const error = instanceFor(encoded)
  if (encoded.stack !== undefined) hidden(error, 'stack', String(encoded.stack))
  if (error.name !== encoded.name) hidden(error, 'name', String(encoded.name))
  if (encoded.cause !== undefined) hidden(error, 'cause', decode(encoded.cause, depth + 1, budget))
  if (Array.isArray(encoded.errors)) {
    const errors = encoded.errors.slice(0, envelopeLimits.errors)
    hidden(
      error,
      'errors',
      errors.map((one) => decode(one, depth + 1, budget)),
    )
  }
  for (const [key, value] of Object.entries(encoded.fields ?? {})) setField(error, key, value)
  return error
}

function instanceFor(encoded: ErrorEnvelope): Error {
  const message = String(encoded.message)
  const { kind, type, name } = encoded
  if (kind === 'dom') return new DOMException(message, String(name)) as unknown as Error
  if (kind === 'builtin' && Object.hasOwn(builtinErrors, type)) {
    return bare(message, builtinErrors[type] as ErrorConstructor)
  }
  const registered =
    (kind === 'registered' ? registeredClass(type) : undefined) ?? executorClass(encoded.base)
  if (registered) return bare(message, registered)
  const { stack } = encoded
  return new RemoteError(message, {
    name: String(name),
    ...(stack && { remoteStack: String(stack) }),
  })
}

/** A real error with the class's prototype, made without running the class's constructor. */
function bare(message: string, type: unknown): Error {
  return Reflect.construct(Error, [message], type as new () => Error) as Error
}

function setField(error: Error, key: string, value: unknown): void {
  if (key === '__proto__') return
  keepSparse(error, key, 0)
  Object.defineProperty(error, key, { value, writable: true, configurable: true, enumerable: true })
}

function hidden(error: Error, key: string, value: unknown): void {
  Object.defineProperty(error, key, {
    value,
    writable: true,
    configurable: true,
    enumerable: false,
  })
}
