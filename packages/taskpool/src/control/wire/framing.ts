import { ControlError } from '../errors.js'
import type { Reply } from './reply.js'

/** A command as it came over the line. */
export interface Request {
  /** Told back with the reply. */
  readonly id?: string | number
  readonly command: string
}

/** How commands and replies are written into lines. */
export interface Framing {
  /** Whether a command may be answered before those that came earlier. */
  readonly overlaps: boolean
  /** `undefined` for a line that asks nothing. @throws {ControlError} the line is malformed. */
  read(line: string): Request | undefined
  write(reply: Reply, id?: string | number): string
}

/** A command per line, and its reply in one or more lines. */
export const textFraming: Framing = {
  overlaps: false,
  read: (line) => (line.trim() === '' ? undefined : { command: line }),
  write: (reply) => `${reply.text}\n`,
}

/** A JSON object per line. */
export const jsonFraming: Framing = {
  overlaps: true,
  read: (line) => (line.trim() === '' ? undefined : parseRequest(line)),
  write: (reply, id) => `${JSON.stringify({ ...(id !== undefined && { id }), ...reply })}\n`,
}

function parseRequest(line: string): Request {
  let value: unknown
  try {
    value = JSON.parse(line)
  } catch {
    throw new ControlError('the line is no JSON')
  }
  const { id, command } = (value ?? {}) as Partial<Record<keyof Request, unknown>>
  if (typeof command !== 'string') throw new ControlError('`command` has to be a string')
  if (id === undefined) return { command }
  if (typeof id === 'string' || typeof id === 'number') return { id, command }
  throw new ControlError('`id` has to be a string or a number')
}
