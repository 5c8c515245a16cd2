import { channels } from '@conc/core'
import {
  type Bytes,
  isShown,
  type Level,
  type LogRecord,
  type RecordLevel,
} from '@conc/core/internal'
import { inOne } from '../coordinator/fault.js'
import type { EncodedReader } from '../logs/encoded-reader.js'
import { OncePerMinute } from '../logs/once-per-minute.js'
import { readRecord } from '../logs/record-bytes.js'

/** The records of the tasks that a session has called: to the channel `conc:log` of this process, and to its `onLog`. */
export class SessionLog implements EncodedReader {
  readonly level: Level
  readonly #session: string
  readonly #warnings = new OncePerMinute()
  readonly #onLog: ((record: LogRecord) => void) | undefined

  constructor(session: string, level: Level, onLog: ((record: LogRecord) => void) | undefined) {
    this.#session = session
    this.level = level
    this.#onLog = onLog
  }

  log(level: RecordLevel, bytes: Bytes): void {
    // A server may say more than it was asked for.
    const record = isShown(level, this.level) ? readRecord(inOne(bytes)) : undefined
    if (record === undefined) return
    if (channels.log.hasSubscribers) channels.log.publish(record)
    try {
      this.#onLog?.(record)
    } catch (error) {
      if (this.#warnings.take('onLog') === undefined) return
      process.emitWarning(`onLog of session '${this.#session}' threw: ${String(error)}`)
    }
  }
}

/** `undefined` where nothing was asked for. */
export function sessionLog(
  session: string,
  { logLevel, onLog }: { readonly logLevel: Level; readonly onLog: SessionLogSink | undefined },
): SessionLog | undefined {
  return logLevel === 'off' ? undefined : new SessionLog(session, logLevel, onLog)
}

type SessionLogSink = (record: LogRecord) => void
