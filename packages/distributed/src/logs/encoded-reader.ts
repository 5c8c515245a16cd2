import type { Bytes, Level, RecordLevel } from '@conc/core/internal'

/** Whoever made a call and wants the records of its body, as they come. */
export interface EncodedReader {
  readonly level: Level
  log(level: RecordLevel, record: Bytes): void
}
