import { AsyncLocalStorage } from 'node:async_hooks'
import { channels } from '@conc/core'
import { type Bytes, processState } from '@conc/core/internal'
import { fuller, isShown, type Level, type RecordLevel } from './level.js'
import { type LogRecord, recordBytes } from './log-record.js'
import { printedLevel } from './print-logs.js'

/** Whoever made a call and wants the records of its body. */
export interface LogReader {
  readonly level: Level
  log(level: RecordLevel, record: Bytes): void
}

/** Where what is said in this process goes. */
export interface LogOutlet {
  /** How much is wanted of the code that asks. */
  readonly level: Level
  /** Of all records of this process. */
  readonly origin?: { readonly pool: string; readonly worker: number }
  take(record: LogRecord): void
}

const readers = processState('log-readers', () => new AsyncLocalStorage<LogReader>())

/** To the channel `conc:log` of this process, and to the session that has called the task around. */
const processOutlet: LogOutlet = {
  get level() {
    const own = channels.log.hasSubscribers ? fuller('info', printedLevel()) : 'off'
    return fuller(own, readers.getStore()?.level)
  },
  take(record) {
    const reader = readers.getStore()
    if (reader && isShown(record.level, reader.level)) {
      reader.log(record.level, recordBytes(record))
    }
    if (channels.log.hasSubscribers) channels.log.publish(record)
  },
}

const holder = processState<{ outlet: LogOutlet }>('log-outlet', () => ({ outlet: processOutlet }))

export function logOutlet(): LogOutlet {
  return holder.outlet
}

/** To be called in a worker: all that is said goes there. */
export function setLogOutlet(outlet: LogOutlet): void {
  holder.outlet = outlet
}

/** Runs `fn` for somebody who wants the records of all that it calls in this process. */
export function withLogReader<T>(reader: LogReader, fn: () => T): T {
  return readers.run(reader, fn)
}
