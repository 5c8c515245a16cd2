import { threadId } from 'node:worker_threads'
import {
  type Level,
  type LogRecord,
  ParentOutlet,
  readWantedLevel,
  textFields,
} from '@conc/core/internal'
import type { Link } from '../between/link.js'
import { type Boot, type ToParent, type ToThread, toParent } from '../between/messages.js'
import { bodyHere } from './parent-link.js'

/** Records that may be on their way. */
const mostUntaken = 10_000

/** What is said in a thread goes to the code that gave it its work, with the body that says it. */
export class ThreadLog extends ParentOutlet {
  readonly #link: Link<ToThread, ToParent>
  readonly #wanted: Int32Array
  readonly #taken: Int32Array
  #sent = 0

  constructor({ executor, logs }: Boot, link: Link<ToThread, ToParent>) {
    super({ pool: executor, worker: threadId }, logs.capturesConsole)
    this.#link = link
    this.#wanted = new Int32Array(logs.wanted)
    this.#taken = new Int32Array(logs.taken)
  }

  get level(): Level {
    return readWantedLevel(this.#wanted)
  }

  protected get isBehind(): boolean {
    return ((this.#sent - Atomics.load(this.#taken, 0)) | 0) >= mostUntaken
  }

  protected send(record: LogRecord): void {
    const body = bodyHere()
    try {
      this.#link.post([toParent.said, body, record])
    } catch {
      this.#link.post([toParent.said, body, { ...record, fields: textFields(record.fields) }])
    }
    this.#sent = (this.#sent + 1) | 0
  }
}
