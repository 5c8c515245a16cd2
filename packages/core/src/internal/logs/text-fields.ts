import { inspect } from 'node:util'
import type { LogRecord } from './log-record.js'

/** Fields that cannot travel, as a person would want to read them. */
export function textFields(fields: LogRecord['fields'] = {}): Record<string, string> {
  const entries = Object.entries(fields).slice(0, 32)
  return Object.fromEntries(
    entries.map(([key, value]) => [key, inspect(value, { depth: 2 }).slice(0, 1024)]),
  )
}
