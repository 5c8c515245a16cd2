import type { Level } from './level.js'
import type { LogRecord } from './log-record.js'

/** Whoever made a call and wants the records of its body. */
export interface LogReader {
  readonly level: Level
  /** Absent where the outlet knows the way. */
  log?(record: LogRecord): void
}
