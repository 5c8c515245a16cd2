import { channels } from '@conc/core'
import {
  isShown,
  type Level,
  type LogRecord,
  levelHere,
  logOutlet,
  type RecordLevel,
} from '@conc/core/internal'
import { OncePerMinute } from './once-per-minute.js'

/** What a pool is told about its records. */
export interface PoolLogInit {
  readonly pool: string
  readonly level: Level
  readonly onLog?: ((record: LogRecord) => void) | undefined
  /** Whether what its workers print is printed here as long as nobody listens. */
  readonly printsUnheard: boolean
}

/** What a record is about, beside the pool. */
export type About = Pick<LogRecord, 'worker' | 'task' | 'taskId' | 'fields'> & {
  readonly pid?: number
  /** What it is about, where that is not the pool. */
  readonly pool?: string
}

/** The records of one pool: to the channel `conc:log`, to its `onLog`, and to the pool around this process. */
export class PoolLog {
  readonly #init: PoolLogInit
  readonly #warnings = new OncePerMinute()

  constructor(init: PoolLogInit) {
    this.#init = init
  }

  /** Whether anybody is told what is said at this level. */
  wants(level: RecordLevel): boolean {
    return isShown(level, this.#init.level) && this.#isHeard
  }

  /** Says something of the pool itself. */
  say(level: RecordLevel, message: string, { pid = process.pid, ...about }: About = {}): void {
    if (!this.wants(level)) return
    this.#deliver({ ts: Date.now(), level, pool: this.#init.pool, pid, message, ...about })
  }

  /** The same at `'warn'`, once per cause and minute. */
  warn(cause: string, message: string, about?: About): void {
    if (!this.wants('warn')) return
    const unsaid = this.#warnings.take(cause)
    if (unsaid === undefined) return
    this.say('warn', unsaid === 0 ? message : `${message} (and ${unsaid} times before)`, about)
  }

  /** The same, and a warning of the process where nobody listens: it would be lost unseen. */
  fault(cause: string, message: string, about?: About): void {
    if (this.#isHeard) this.warn(cause, message, about)
    else if (this.#warnings.take(cause) !== undefined) {
      process.emitWarning(`Pool '${this.#init.pool}': ${message}`)
    }
  }

  /** A record of a worker or of a task. */
  take(record: LogRecord): void {
    if (this.#isHeard) {
      if (isShown(record.level, this.#init.level)) this.#deliver(record)
    } else if (record.logger === 'console' && this.#init.printsUnheard) print(record)
  }

  get #isHeard(): boolean {
    const { onLog } = this.#init
    return onLog !== undefined || channels.log.hasSubscribers || logOutlet().origin !== undefined
  }

  #deliver(record: LogRecord): void {
    if (channels.log.hasSubscribers) channels.log.publish(record)
    const outlet = logOutlet()
    if (outlet.origin && isShown(record.level, levelHere())) outlet.take(record)
    try {
      this.#init.onLog?.(record)
    } catch (error) {
      if (this.#warnings.take('onLog') === undefined) return
      process.emitWarning(`onLog of '${this.#init.pool}' threw: ${String(error)}`)
    }
  }
}

/** Under this key a pool has its log. */
export const poolLog: unique symbol = Symbol.for('conc.poolLog') as never

/** The records of a server: with those of its pool, or, where the executor has no log, all that somebody listens to. */
export function serverLog(executor: {
  readonly name: string
  readonly [poolLog]?: PoolLog
}): PoolLog {
  const { name: pool } = executor
  return executor[poolLog] ?? new PoolLog({ pool, level: 'debug', printsUnheard: false })
}

function print({ level, message }: LogRecord): void {
  const stream = level === 'info' || level === 'debug' ? process.stdout : process.stderr
  stream.write(`${message}\n`)
}
