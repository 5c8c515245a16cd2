import { inspect } from 'node:util'
import type { LogRecord, RecordLevel } from '@conc/core/internal'
import { toJson } from '@conc/wire'

const colours: { readonly [L in RecordLevel]: number } = { error: 31, warn: 33, info: 32, debug: 2 }
const dim = 2
// biome-ignore lint/suspicious/noControlCharactersInRegex: what a terminal would obey
const control = /[\x00-\x08\x0b-\x1f\x7f-\x9f]/g

/** How a log record looks. */
export interface RecordFormat {
  /** A line for people, or a line of JSON. Default `'pretty'`. */
  readonly format?: 'pretty' | 'json'
  /** Default false. */
  readonly hasColours?: boolean
}

/**
 * A log record as text without its line end, as `printLogs` prints it: for programs that send records elsewhere.
 *
 * @example
 * channels.log.subscribe((record) => file.write(`${formatRecord(record as LogRecord, { format: 'json' })}\n`))
 */
export function formatRecord(
  record: LogRecord,
  { format = 'pretty', hasColours = false }: RecordFormat = {},
): string {
  return format === 'json' ? jsonRecord(record) : prettyRecord(record, hasColours)
}

/** A record as one line of JSON, its time as ISO 8601. */
function jsonRecord({ ts, level, pool, worker, pid, task, taskId, ...rest }: LogRecord): string {
  const place = definedOf({ level, pool, worker, pid, task, taskId })
  const record = { ts: new Date(ts).toISOString(), ...place, ...rest }
  try {
    const text = toJson(record, { tagged: true })
    if (text !== undefined) return text
  } catch {
    // Said in this process, with something in its fields that cannot travel.
  }
  const { fields, ...plain } = record
  return JSON.stringify({ ...plain, fields: inspect(fields) })
}

/** In this order, whoever made the record. */
function definedOf(record: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(record).filter(([, value]) => value !== undefined))
}

/** A record for people: time, level, where, what. What others have printed cannot move the cursor. */
function prettyRecord(record: LogRecord, hasColours: boolean): string {
  const paint = (code: number, text: string): string =>
    hasColours ? `\u001b[${code}m${text}\u001b[0m` : text
  const { ts, level, message, fields = {}, src } = record
  const parts = [
    paint(dim, timeOf(ts)),
    paint(colours[level], level),
    placeOf(record),
    harmless(message.trimEnd()).replaceAll('\n', '\n    '),
    ...Object.entries(fields).map(
      ([key, value]) => `${paint(dim, `${harmless(key)}=`)}${fieldText(value)}`,
    ),
    ...(src === undefined ? [] : [paint(dim, src)]),
  ]
  return parts.filter((part) => part !== '').join(' ')
}

function timeOf(ts: number): string {
  const time = new Date(ts)
  return `${time.toLocaleTimeString('en-GB')}.${String(time.getMilliseconds()).padStart(3, '0')}`
}

function placeOf({ pool, worker, task, taskId, logger }: LogRecord): string {
  const words = [
    pool,
    worker === undefined ? '' : `w${worker}`,
    task ?? '',
    taskId ?? '',
    logger === undefined || logger === 'console' ? '' : `[${logger}]`,
  ]
  return harmless(words.filter((word) => word !== '').join(' '))
}

function fieldText(value: unknown): string {
  if (typeof value === 'string') return /^[\w./:@+-]+$/.test(value) ? value : JSON.stringify(value)
  if (value instanceof Error) return JSON.stringify(`${value.name}: ${value.message}`)
  return harmless(inspect(value, { depth: 3, breakLength: Number.POSITIVE_INFINITY }))
}

function harmless(text: string): string {
  return text.replaceAll(control, '')
}
