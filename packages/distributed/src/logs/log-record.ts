import { inspect } from 'node:util'
import type { Bytes } from '@conc/core/internal'
import { decode, encode } from '@conc/wire'
import { isLevel, type RecordLevel } from './level.js'

/** One line of a log, as the channel `conc:log` and `onLog` have it. Never with arguments of a task, nor with keys. */
export interface LogRecord {
  /** Epoch ms. */
  readonly ts: number
  readonly level: RecordLevel
  /** The pool or server that it is about; of code that no pool runs, the executor, or `''`. */
  readonly pool: string
  /** The worker's number. */
  readonly worker?: number
  /** The process that says it. */
  readonly pid: number
  /** The task in whose body it was said, and the id of that call. */
  readonly task?: string
  readonly taskId?: string
  readonly message: string
  readonly fields?: Readonly<Record<string, unknown>>
  /** The name of the logger; `'console'` for what was printed. */
  readonly logger?: string
  /** File and line, at `'debug'`. */
  readonly src?: string
}

const mostBytes = 64 * 1024
const mostChars = 16 * 1024

/** A record as bytes, whatever is in its fields; too much of it is cut. */
export function recordBytes(record: LogRecord): Bytes {
  const { message, fields, ...rest } = record
  const cut = message.length > mostChars ? `${message.slice(0, mostChars)}…` : message
  const plain = { ...rest, message: cut }
  if (fields === undefined) return encode(plain).chunks
  try {
    return encode({ ...plain, fields }, { maxBytes: mostBytes }).chunks
  } catch {
    return encode({ ...plain, fields: asText(fields) }).chunks
  }
}

/** `undefined` where the bytes are no record: they may come from a stranger. */
export function readRecord(bytes: Uint8Array): LogRecord | undefined {
  try {
    const said = decode(bytes, { root: 'record' })
    return isRecord(said) ? said : undefined
  } catch {
    return undefined
  }
}

/** Values that cannot travel, as a person would want to read them. */
function asText(fields: Readonly<Record<string, unknown>>): Record<string, string> {
  const entries = Object.entries(fields).slice(0, 32)
  return Object.fromEntries(
    entries.map(([key, value]) => [key, inspect(value, { depth: 2 }).slice(0, 1024)]),
  )
}

function isRecord(said: unknown): said is LogRecord {
  if (typeof said !== 'object' || said === null) return false
  const { ts, level, pool, pid, message, worker, fields, ...texts } = said as LogRecord
  const isPlain = typeof ts === 'number' && typeof pid === 'number' && typeof message === 'string'
  if (!isPlain || typeof pool !== 'string' || !isLevel(level)) return false
  if (worker !== undefined && typeof worker !== 'number') return false
  if (fields !== undefined && (typeof fields !== 'object' || fields === null)) return false
  return Object.values(texts).every((one) => one === undefined || typeof one === 'string')
}
