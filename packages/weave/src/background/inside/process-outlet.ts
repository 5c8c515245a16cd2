import { type Level, type LogRecord, ParentOutlet, textFields } from '@conc/core/internal'

/** Records that may be on their way. */
const mostUnsent = 10_000

/** What is said in a process goes to the code that asked for its run, as long as that is there. */
export class ProcessOutlet extends ParentOutlet {
  readonly level: Level
  readonly #post: (record: LogRecord, sent: () => void) => void
  #unsent = 0

  /** @param post sends a record; throws where that cannot be cloned. */
  constructor(level: Level, post: (record: LogRecord, sent: () => void) => void) {
    super({ pool: 'weave', worker: 1 }, false)
    this.level = level
    this.#post = post
  }

  protected get isBehind(): boolean {
    return this.#unsent >= mostUnsent
  }

  protected send(record: LogRecord): void {
    const sent = (): void => void this.#unsent--
    try {
      this.#post(record, sent)
    } catch {
      this.#post({ ...record, fields: textFields(record.fields) }, sent)
    }
    this.#unsent++
  }
}
