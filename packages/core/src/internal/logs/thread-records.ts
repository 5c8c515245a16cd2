import { currentFrame, type Frame, runInFrame } from '../running/frame.js'
import { logOutlet, sayHere } from './log-outlet.js'
import type { LogRecord } from './log-record.js'
import { showWantedLevel } from './wanted-level.js'

/** What a thread has to know of what becomes of its records. */
export interface ThreadLogs {
  /** Memory: how much is wanted. */
  readonly wanted: SharedArrayBuffer
  /** Memory: how many records were taken in. */
  readonly taken: SharedArrayBuffer
  /** What is printed is a record too. */
  readonly capturesConsole: boolean
}

/** What is said in one thread, brought to where the code that gave it its work would say it. */
export class ThreadRecords {
  readonly logs: ThreadLogs
  readonly #taken: Int32Array

  constructor() {
    const taken = new SharedArrayBuffer(4)
    this.#taken = new Int32Array(taken)
    const { capturesConsole } = logOutlet()
    this.logs = { wanted: showWantedLevel(), taken, capturesConsole }
  }

  /** @param frame what surrounded the code that gave the thread its work. */
  take(record: LogRecord, frame: Frame | undefined): void {
    this.skip()
    sayIn(frame, record)
  }

  /** One came that cannot be read here. */
  skip(): void {
    Atomics.add(this.#taken, 0, 1)
  }
}

/** Says what came from elsewhere, in the surroundings of whoever is to hear it. */
export function sayIn(frame: Frame | undefined, record: LogRecord): void {
  if (frame === currentFrame()) sayHere(record)
  else runInFrame(frame ?? {}, () => sayHere(record))
}
