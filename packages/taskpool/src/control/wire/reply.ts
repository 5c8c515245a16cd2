import { inspect } from 'node:util'
import { UsageError } from '../errors.js'

/** What a reply says of an error. */
interface ReplyError {
  readonly name: string
  readonly code?: string
  readonly message: string
}

/** The reply to a command. */
export type Reply =
  | { readonly ok: true; readonly value: unknown; readonly text: string }
  | { readonly ok: false; readonly error: ReplyError; readonly text: string }

/** The reply of a command that gave `value`. */
export function replyOf(value: unknown): Reply {
  return { ok: true, value: jsonOf(value), text: textOf(value) }
}

/** The reply of a command that threw. */
export function errorReply(thrown: unknown): Reply {
  const error = describe(thrown)
  const text = thrown instanceof UsageError ? error.message : `${error.name}: ${error.message}`
  return { ok: false, error, text }
}

function textOf(value: unknown): string {
  if (value === undefined) return 'ok'
  if (typeof value === 'string') return value
  if (value === Number.POSITIVE_INFINITY) return 'inf'
  if (value instanceof Set) return `{${[...value].join(', ')}}`
  if (Array.isArray(value)) return `[${value.join(', ')}]`
  return String(value)
}

function jsonOf(value: unknown): unknown {
  if (value === undefined) return null
  if (value === Number.POSITIVE_INFINITY) return 'inf'
  return value instanceof Set ? [...value] : value
}

function describe(thrown: unknown): ReplyError {
  if (!(thrown instanceof Error)) return { name: 'Error', message: shown(thrown) }
  const { name, message } = thrown
  const { code } = thrown as { code?: unknown }
  return { name: String(name), ...(typeof code === 'string' && { code }), message: String(message) }
}

function shown(thrown: unknown): string {
  return typeof thrown === 'string' ? thrown : inspect(thrown, { depth: 1, breakLength: Infinity })
}
