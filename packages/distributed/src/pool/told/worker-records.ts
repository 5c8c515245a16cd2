import { isLevel, type RecordLevel } from '@conc/core/internal'
import type { PoolCall } from '../../coordinator/pool-call.js'
import type { Seat } from '../../coordinator/seat.js'
import type { PoolLog } from '../../logs/pool-log.js'
import { readRecord } from '../../logs/record-bytes.js'
import type { Frame } from '../../protocol/frame.js'
import { decodeMeta } from '../../protocol/meta.js'

/** A line that a worker wrote past its `console`. */
export interface PrintedLine {
  readonly level: RecordLevel
  readonly worker: number
  readonly pid: number | undefined
  readonly line: string
}

/** The records of the workers of a pool: to its log, and to whoever made the call in whose body they were said. */
export class WorkerRecords {
  readonly #pool: string
  readonly #log: PoolLog

  constructor(pool: string, log: PoolLog) {
    this.#pool = pool
    this.#log = log
  }

  /** A LOG frame; its id is the body's. */
  take({ id, meta, body }: Frame, seat?: Seat): void {
    const level = decodeMeta(meta)?.level
    if (!isLevel(level) || level === 'off') return
    const call = seat?.calls.get(id)
    if (call) rootOf(call).owner.log?.(level, [Buffer.from(body)])
    const record = readRecord(body)
    if (record) this.#log.take(record)
  }

  printed({ level, worker, pid = 0, line }: PrintedLine): void {
    const record = { ts: Date.now(), level, pool: this.#pool, worker, pid }
    this.#log.take({ ...record, message: line, logger: 'console' })
  }
}

/** The call that came from outside. */
function rootOf(call: PoolCall): PoolCall {
  let root = call
  while (root.parent) root = root.parent
  return root
}
