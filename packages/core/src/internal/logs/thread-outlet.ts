import { threadId } from 'node:worker_threads'
import type { Level } from './level.js'
import type { LogRecord } from './log-record.js'
import { ParentOutlet } from './parent-outlet.js'
import { textFields } from './text-fields.js'
import type { ThreadLogs } from './thread-records.js'
import { readWantedLevel } from './wanted-level.js'

/** Records that may be on their way. */
const mostUntaken = 10_000

/** What is said in a thread goes to the code that gave it its work. */
export class ThreadOutlet extends ParentOutlet {
  readonly #wanted: Int32Array
  readonly #taken: Int32Array
  readonly #post: (record: LogRecord) => void
  #sent = 0

  /** @param post sends a record, which is taken there; throws where that cannot be cloned. */
  constructor(executor: string, logs: ThreadLogs, post: (record: LogRecord) => void) {
    super({ pool: executor, worker: threadId }, logs.capturesConsole)
    this.#wanted = new Int32Array(logs.wanted)
    this.#taken = new Int32Array(logs.taken)
    this.#post = post
  }

  get level(): Level {
    return readWantedLevel(this.#wanted)
  }

  protected get isBehind(): boolean {
    return ((this.#sent - Atomics.load(this.#taken, 0)) | 0) >= mostUntaken
  }

  protected send(record: LogRecord): void {
    try {
      this.#post(record)
    } catch {
      this.#post({ ...record, fields: textFields(record.fields) })
    }
    this.#sent = (this.#sent + 1) | 0
  }
}
