import { ControlError } from '../errors.js'

/** What a client says first. */
export interface Handshake {
  /** Columns of its terminal, at least 40. */
  readonly width: number
  readonly token: string | undefined
  readonly framing: 'text' | 'json'
}

const narrowest = 40
const usual = 80
/** A line of help longer than this helps nobody. */
const widest = 10_000

/** @throws {ControlError} the line is no handshake. */
export function parseHandshake(line: string): Handshake {
  const { terminal_width: width = usual, token, framing = 'text' } = objectOf(line)
  if (typeof width !== 'number' || !Number.isFinite(width)) refuse('terminal_width', 'a number')
  if (token !== undefined && typeof token !== 'string') refuse('token', 'a string')
  if (framing !== 'text' && framing !== 'json') refuse('framing', '"text" or "json"')
  return { width: Math.min(Math.max(Math.floor(width), narrowest), widest), token, framing }
}

function objectOf(line: string): Record<string, unknown> {
  let value: unknown
  try {
    value = JSON.parse(line)
  } catch {
    value = undefined
  }
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) {
    return value as Record<string, unknown>
  }
  throw new ControlError('the first line has to be a JSON object, for example {}')
}

function refuse(field: string, expected: string): never {
  throw new ControlError(`\`${field}\` of the first line has to be ${expected}`)
}
