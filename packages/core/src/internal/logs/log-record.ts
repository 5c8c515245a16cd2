import type { RecordLevel } from './level.js'

/** One line of a log, as the channel `conc:log` and `onLog` have it. Never with arguments of a task, nor with keys. */
export interface LogRecord {
  /** Epoch ms. */
  readonly ts: number
  readonly level: RecordLevel
  /** The pool or server that it is about; of code that no pool runs, the executor, or `''`. */
  readonly pool: string
  /** The worker's number; of a thread, its id. */
  readonly worker?: number
  /** The process that says it. */
  readonly pid: number
  /** The task in whose body it was said, and the id of that call. */
  readonly task?: string
  readonly taskId?: string
  readonly message: string
  readonly fields?: Readonly<Record<string, unknown>>
  /** The name of the logger; `'console'` for what was printed. */
  readonly logger?: string
  /** File and line, at `'debug'`. */
  readonly src?: string
}
