import type { Boot } from '../link/boot.js'
import type { PipeLink } from '../link/pipe-link.js'
import { fuller, type Level } from '../logs/level.js'
import type { LogOutlet } from '../logs/log-outlet.js'
import { type LogRecord, recordBytes } from '../logs/log-record.js'
import { frameType } from '../protocol/frame-types.js'
import { encodeMeta } from '../protocol/meta.js'
import { bodyHere, levelHere } from './worker-slot.js'

const metas = new Map(
  (['error', 'warn', 'info', 'debug'] as const).map((level) => [level, encodeMeta({ level })]),
)

/** What is said in a worker goes to its pool, with the body that says it. */
export class WorkerLog implements LogOutlet {
  readonly origin: { readonly pool: string; readonly worker: number }
  readonly #level: Level
  readonly #link: PipeLink
  #dropped = 0

  constructor({ pool, worker, logLevel }: Boot, link: PipeLink) {
    this.origin = { pool, worker }
    this.#level = logLevel
    this.#link = link
  }

  /** The pool's, or what the session behind the task around wants. */
  get level(): Level {
    return fuller(this.#level, levelHere())
  }

  /** A body that says more than the pipe takes loses records, not the process its memory. */
  take(record: LogRecord): void {
    if (this.#link.isBehind) {
      this.#dropped++
      return
    }
    if (this.#dropped > 0) this.#tellDropped()
    this.#send(record)
  }

  #tellDropped(): void {
    const message = `${this.#dropped} records were dropped: they came faster than the pool takes them`
    this.#dropped = 0
    this.#send({ ...this.origin, ts: Date.now(), level: 'warn', pid: process.pid, message })
  }

  #send(record: LogRecord): void {
    const { level } = record
    this.#link.add(frameType.log, bodyHere(), metas.get(level), recordBytes(record))
    // It may be the last thing that this process says.
    if (level === 'error' || level === 'warn') this.#link.flush()
  }
}
