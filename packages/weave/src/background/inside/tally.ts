import { outcomeOf } from '../../result/settled-result.js'
import { timingOf } from '../../result/timings.js'
import { type Ledger, running, skipped, waiting } from '../../run/ledger.js'
import type { WeaveEvent } from '../../seeing/weave-event.js'
import { type Report, ReportWriter } from '../report.js'

/** Keeps count of what has not been reported yet of the tasks of a run. */
export class Tally {
  readonly #weave: string
  readonly #onChange: () => void
  #changed = new Set<string>()
  readonly #reported = new Set<string>()

  /** @param onChange called with every change. */
  constructor(weave: string, onChange: () => void) {
    this.#weave = weave
    this.#onChange = onChange
  }

  note(event: WeaveEvent): void {
    if (!('task' in event) || ('item' in event && event.item !== undefined)) return
    if (!['start', 'end', 'error'].includes(event.type)) return
    this.#changed.add(event.task)
    // The reason of a failure is known a moment after its event.
    if (event.type === 'error') queueMicrotask(() => this.#onChange())
    else this.#onChange()
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
    for (const task of ledger?.graph.names ?? []) this.#write(report, ledger as Ledger, task)
    return { report, ...(error && { error: report.place(error.error) }) }
  }

  #write(writer: ReportWriter, ledger: Ledger, task: string): void {
    if (this.#reported.has(task)) return
    const number = ledger.graph.numbers.get(task) as number
    const status = ledger.status[number]
    if (status === waiting) return
    if (status === running) {
      writer.running(task)
      return
    }
    this.#reported.add(task)
    const timing = status === skipped ? undefined : timingOf(ledger, number)
    writer.settled(task, outcomeOf(ledger, number), timing)
  }
}

export interface LastReport {
  readonly report: Report
  readonly error?: number
}
