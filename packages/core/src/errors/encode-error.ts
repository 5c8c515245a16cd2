import { inspect } from 'node:util'
import {
  builtinErrors,
  type EncodedError,
  type ErrorEnvelope,
  envelopeLimits,
  textOf,
} from './envelope.js'
import { FieldCopy } from './field-copy.js'
import { executorBaseOf, registeredName } from './register-error.js'

/** Options of `encodeError`. */
export interface EncodeErrorOptions {
  /** Where it was thrown, for the last line of the stack: `task 'images/resize', worker 3`. */
  readonly where?: string
}

const ownKeys = new Set(['name', 'message', 'stack', 'cause', 'errors'])

/**
 * Anything thrown, as plain data: class, name, message, stack, `code`, cause chain, `AggregateError.errors` and own
 * fields. What cannot travel is left out and named on the stack's last line. Never throws.
 */
export function encodeError(error: unknown, options: EncodeErrorOptions = {}): EncodedError {
  return encodeReadable(error, options, new Set(), 0)
}

/** What cannot be read is described, so that the error around it still travels. */
function encodeReadable(
  error: unknown,
  options: EncodeErrorOptions,
  seen: Set<unknown>,
  depth: number,
): EncodedError {
  try {
    return encode(error, options, seen, depth)
  } catch (reason) {
    const why = textOf(reason) ?? 'it throws when read'
    return { thrown: 'value', value: `An error that could not be read: ${why}` }
  }
}

function encode(
  error: unknown,
  options: EncodeErrorOptions,
  seen: Set<unknown>,
  depth: number,
): EncodedError {
  if (!isError(error)) return encodeValue(error)
  seen.add(error)
  const dropped: string[] = []
  const fields = copyFields(error, dropped)
  const nested = (value: unknown, path: string): EncodedError | undefined => {
    const fits = depth < envelopeLimits.causes && seen.size < envelopeLimits.nested
    if (fits && !seen.has(value)) return encodeReadable(value, {}, seen, depth + 1)
    dropped.push(path)
    return undefined
  }
  const cause = 'cause' in error ? nested(error.cause, 'cause') : undefined
  const errors = nestedErrors(error, nested, dropped)
  return {
    thrown: 'error',
    ...classOf(error),
    name: cut(String(error.name), 256),
    message: cut(String(error.message), envelopeLimits.message),
    ...stackOf(error, dropped, options.where),
    ...(fields && { fields }),
    ...(cause && { cause }),
    ...(errors && { errors }),
  }
}

function classOf(error: Error): Pick<ErrorEnvelope, 'kind' | 'type' | 'base'> {
  if (error instanceof DOMException) return { kind: 'dom', type: error.name }
  const type: unknown = error.constructor
  const base = executorBaseOf(error)
  const registered = registeredName(type)
  if (registered !== undefined)
    return { kind: 'registered', type: registered, ...(base && { base }) }
  const builtin = Object.keys(builtinErrors).find((name) => builtinErrors[name] === type)
  if (builtin !== undefined) return { kind: 'builtin', type: builtin }
  return { kind: 'other', type: String(error.name), ...(base && { base }) }
}

function nestedErrors(
  error: Error & { errors?: unknown },
  encodeNested: (value: unknown, path: string) => EncodedError | undefined,
  dropped: string[],
): EncodedError[] | undefined {
  if (!Array.isArray(error.errors)) return undefined
  const { length } = error.errors
  if (length > envelopeLimits.errors) dropped.push(`errors[${envelopeLimits.errors}…${length - 1}]`)
  return error.errors
    .slice(0, envelopeLimits.errors)
    .map((one: unknown, index) => encodeNested(one, `errors[${index}]`))
    .filter((one) => one !== undefined)
}

function copyFields(error: Error, dropped: string[]): Record<string, unknown> | undefined {
  const copy = new FieldCopy(dropped)
  const fields: Record<string, unknown> = {}
  let count = 0
  for (const key of Object.keys(error)) {
    if (key === '__proto__' || (ownKeys.has(key) && !isOwnList(error, key))) continue
    const copied = copy.take(() => (error as unknown as Record<string, unknown>)[key], key)
    if (!copied) continue
    fields[key] = copied.value
    count++
  }
  return count === 0 ? undefined : fields
}

/** A field called `errors` that is no list is a field like any other. */
function isOwnList(error: Error, key: string): boolean {
  return key === 'errors' && !Array.isArray((error as { errors?: unknown }).errors)
}

function stackOf(
  error: Error,
  dropped: readonly string[],
  where: string | undefined,
): { stack?: string } {
  const note = noteOf(dropped, where)
  const own = typeof error.stack === 'string' ? cut(error.stack, envelopeLimits.stack) : undefined
  if (own === undefined && note === '') return {}
  return { stack: `${own ?? String(error)}${note}` }
}

function noteOf(dropped: readonly string[], where: string | undefined): string {
  const left = dropped.length > 0 ? `left out: ${cut(dropped.join(', '), 512)}` : undefined
  const parts = [where, left].filter((part) => part !== undefined)
  return parts.length === 0 ? '' : `\n    at ${parts.join('; ')}`
}

function encodeValue(value: unknown): EncodedError {
  const copied = new FieldCopy([]).take(() => value, 'value')
  return { thrown: 'value', value: copied ? copied.value : cut(inspect(value, { depth: 0 }), 1024) }
}

function isError(value: unknown): value is Error {
  return value instanceof Error || value instanceof DOMException || isForeignError(value)
}

/** An error of another realm (a `vm` context, a test runner). */
function isForeignError(value: unknown): boolean {
  return Object.prototype.toString.call(value) === '[object Error]'
}

function cut(text: string, limit: number): string {
  return text.length > limit ? `${text.slice(0, limit - 1)}…` : text
}
