import { type Bytes, isLevel, type LogRecord, textFields } from '@conc/core/internal'
import { decode, encode } from '@conc/wire'

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
    return encode({ ...plain, fields: textFields(fields) }).chunks
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

function isRecord(said: unknown): said is LogRecord {
  if (typeof said !== 'object' || said === null) return false
  const { ts, level, pool, pid, message, worker, fields, ...texts } = said as LogRecord
  const isPlain = typeof ts === 'number' && typeof pid === 'number' && typeof message === 'string'
  if (!isPlain || typeof pool !== 'string' || !isLevel(level)) return false
  if (worker !== undefined && typeof worker !== 'number') return false
  if (fields !== undefined && (typeof fields !== 'object' || fields === null)) return false
  return Object.values(texts).every((one) => one === undefined || typeof one === 'string')
}
