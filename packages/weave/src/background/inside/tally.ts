import { outcomeOf } from '../../result/settled-result.js'
import { timingOf } from '../../result/timings.js'
import { type Ledger, running, skipped, waiting } from '../../run/ledger.js'
import { type Report, ReportWriter } from '../report.js'

/** Keeps count of what has not been reported yet of the tasks of a run. */
export class Tally {
  readonly #weave: string
  readonly #onChange: () => void
  #changed = new Set<number>()
  readonly #reported = new Set<number>()

  /** @param onChange called with every change. */
  constructor(weave: string, onChange: () => void) {
    this.#weave = weave
    this.#onChange = onChange
  }

  /** A task has started, fulfilled or failed. */
  note(task: number): void {
    this.#changed.add(task)
    this.#onChange()
  }

  /** What has changed since the last report. */
  report(ledger: Ledger): Report {
    const writer = new ReportWriter(this.#weave)
    for (const task of this.#changed) this.#write(writer, ledger, task)
    this.#changed = new Set()
    return writer
  }

  /** What became of all tasks that were not reported; and the place of `error` among the reasons. */
  last(ledger: Ledger | undefined, error: { readonly error: unknown } | undefined): LastReport {
    const report = new ReportWriter(this.#weave)
    const count = ledger?.graph.count ?? 0
    for (let task = 0; task < count; task++) this.#write(report, ledger as Ledger, task)
    return { report, ...(error && { error: report.place(error.error) }) }
  }

  #write(writer: ReportWriter, ledger: Ledger, task: number): void {
    if (this.#reported.has(task)) return
    const name = ledger.graph.names[task] as string
    const status = ledger.status[task]
    if (status === waiting) return
    if (status === running) {
      writer.running(name)
      return
    }
    this.#reported.add(task)
    const timing = status === skipped ? undefined : timingOf(ledger, task)
    writer.settled(name, outcomeOf(ledger, task), timing)
  }
}

export interface LastReport {
  readonly report: Report
  readonly error?: number
}
