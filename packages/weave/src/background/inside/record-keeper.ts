import type { EncodedError } from '@conc/core'
import { processBirth } from '@conc/core/internal'
import type { BackgroundReport, BackgroundStatus } from '../background-report.js'
import type { Ended } from '../messages.js'
import { type RunRecord, recordError, recordOutcome, reportFrom, writeRecord } from '../record.js'
import type { Report } from '../report.js'
import type { Request } from '../request.js'

/** The least time between two records of a run that goes on. */
const recordEveryMs = 500

/** Keeps the result file of a detached run. */
export class RecordKeeper {
  readonly #file: string
  readonly #tasks: Record<string, RunRecord['tasks'][string]> = Object.create(null)
  #record: Omit<RunRecord, 'tasks'>
  #timer: NodeJS.Timeout | undefined
  #restMs = recordEveryMs

  constructor({ id, weave, askedAt }: Request, file: string) {
    const birth = processBirth(process.pid)
    this.#file = file
    this.#record = {
      version: 1,
      id,
      weave,
      pid: process.pid,
      ...(birth !== undefined && { birth }),
      status: 'starting',
      startedAt: new Date(askedAt).toISOString(),
    }
  }

  /** What the file says, as whoever reads it sees it. */
  get report(): BackgroundReport {
    return reportFrom({ ...this.#record, tasks: this.#tasks })
  }

  running(): void {
    this.#record = { ...this.#record, status: 'running' }
    this.#write()
  }

  /** Takes in what has finished so far; it is on disk soon. */
  take({ rows, reasons }: Report): void {
    for (const { task, outcome } of rows) {
      if (outcome !== 'running') this.#tasks[task] = recordOutcome(outcome, reasons)
    }
    this.#timer ??= setTimeout(() => this.#write(), this.#restMs).unref()
  }

  /** The last word on the run; on disk when it returns. */
  ended({ report, error }: Ended, status: BackgroundStatus, exitCode: number): void {
    this.take(report)
    const reason = error === undefined ? undefined : report.reasons[error]
    this.#record = { ...this.#record, status, exitCode, endedAt: new Date().toISOString() }
    if (reason) this.#record = { ...this.#record, error: recordError(reason) }
    this.#write()
  }

  /** After the last word: what was to be told of it failed. */
  callbackFailed(error: EncodedError, exitCode: number): void {
    this.#record = { ...this.#record, exitCode, error: recordError(error) }
    this.#write()
  }

  #write(): void {
    clearTimeout(this.#timer)
    this.#timer = undefined
    const beganAt = performance.now()
    try {
      writeRecord(this.#file, { ...this.#record, tasks: this.#tasks })
    } catch (error) {
      // The run is worth more than its record; stderr is the log file.
      console.error(`The result file of this run cannot be written: ${error}`)
    }
    // A large record must not be what the process spends its time on.
    this.#restMs = Math.max(recordEveryMs, 20 * (performance.now() - beganAt))
  }
}
