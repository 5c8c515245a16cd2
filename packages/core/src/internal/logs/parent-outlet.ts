import type { Level } from './level.js'
import type { LogOutlet } from './log-outlet.js'
import type { LogRecord } from './log-record.js'

/** Of a worker or thread: what is said there goes to whoever gave it its work. What says more than the way takes loses records, not the process its memory. */
export abstract class ParentOutlet implements LogOutlet {
  readonly origin: { readonly pool: string; readonly worker: number }
  readonly capturesConsole: boolean
  #dropped = 0

  constructor(origin: ParentOutlet['origin'], capturesConsole: boolean) {
    this.origin = origin
    this.capturesConsole = capturesConsole
  }

  abstract get level(): Level

  /** Whether too much is on its way. */
  protected abstract get isBehind(): boolean

  protected abstract send(record: LogRecord): void

  take(record: LogRecord): void {
    if (this.isBehind) {
      this.#dropped++
      return
    }
    if (this.#dropped > 0) this.#tellDropped()
    this.send(record)
  }

  #tellDropped(): void {
    const message = `${this.#dropped} records were dropped: they came faster than the pool takes them`
    this.#dropped = 0
    this.send({ ...this.origin, ts: Date.now(), level: 'warn', pid: process.pid, message })
  }
}
