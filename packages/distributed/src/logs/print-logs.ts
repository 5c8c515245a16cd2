import { channels } from '@conc/core'
import {
  checkFunction,
  checkKeys,
  checkLevel,
  checkObject,
  checkOneOf,
  isShown,
  type Level,
  type LogRecord,
  printsAt,
  showWantedLevel,
} from '@conc/core/internal'
import { formatRecord } from './format-record.js'

/** How `printLogs` shows records. */
export interface PrintLogsOptions {
  /** Default `'info'`. `'debug'` has each state of each call; pools that are made afterwards tell as much, unless they have a `logLevel`. */
  readonly level?: Level
  /** A line for people, in colour on a terminal unless `NO_COLOR` is set, or a line of JSON. Default `'pretty'`. */
  readonly format?: 'pretty' | 'json'
  /** Default `process.stderr`. */
  readonly stream?: { write(text: string): unknown; readonly isTTY?: boolean }
}

/**
 * Prints the log records of this process: of its pools, of their workers and their tasks, of servers, and of sessions that have asked for theirs.
 *
 * @returns what ends it.
 * @throws {InvalidOptionError} at once, for a wrong option.
 * @example
 * const stop = printLogs({ level: 'debug' })
 * await withPool(() => resize('a.png', 640))
 * stop()
 */
export function printLogs(options: PrintLogsOptions = {}): () => void {
  checkObject('options', options)
  checkKeys('options', options, ['level', 'format', 'stream'])
  const { level = 'info', format = 'pretty', stream = process.stderr } = options
  checkLevel('level', level)
  checkOneOf('format', format, ['pretty', 'json'])
  checkFunction('stream.write', stream.write)
  const hasColours = stream.isTTY === true && !process.env.NO_COLOR
  const listener = (message: unknown): void => {
    const record = message as LogRecord
    if (!isShown(record.level, level)) return
    stream.write(`${formatRecord(record, { format, hasColours })}\n`)
  }
  const end = printsAt(level)
  channels.log.subscribe(listener)
  showWantedLevel()
  return () => {
    end()
    channels.log.unsubscribe(listener)
    showWantedLevel()
  }
}
