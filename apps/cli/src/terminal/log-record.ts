import { formatRecord, type LogRecord } from '@conc/distributed'
import type { Terminal } from './terminal.js'

/** Writes a record where logs go, as `printLogs` would. */
export function logRecord(terminal: Terminal, record: LogRecord): void {
  terminal.log(record.level, (style) => formatRecord(record, style))
}
