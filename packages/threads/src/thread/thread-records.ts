import {
  currentFrame,
  type LogRecord,
  logOutlet,
  runInFrame,
  sayHere,
  showWantedLevel,
} from '@conc/core/internal'
import type { Boot } from '../between/messages.js'
import type { Attempt } from '../calls/attempt.js'

/** What is said in one thread, brought to where the code that gave it its work would say it. */
export class ThreadRecords {
  /** What the thread has to know. */
  readonly boot: Boot['logs']
  readonly #taken: Int32Array

  constructor() {
    const taken = new SharedArrayBuffer(4)
    this.#taken = new Int32Array(taken)
    const { capturesConsole } = logOutlet()
    this.boot = { wanted: showWantedLevel(), taken, capturesConsole }
  }

  /** @param attempt in whose body it was said. */
  take(record: LogRecord, attempt: Attempt | undefined): void {
    this.skip()
    const frame = attempt?.call.frame
    if (frame === currentFrame()) sayHere(record)
    else runInFrame(frame ?? {}, () => sayHere(record))
  }

  /** One came that cannot be read here. */
  skip(): void {
    Atomics.add(this.#taken, 0, 1)
  }
}
