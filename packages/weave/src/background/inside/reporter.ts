import type { Ended } from '../messages.js'
import type { PackedEvent } from '../packed-event.js'
import type { Report } from '../report.js'

/** Whom a run in a worker tells. */
export interface Reporter {
  started(): void
  report(report: Report): void
  event(event: PackedEvent): void
  /** Comes last; the run is over when it returns. */
  ended(ended: Ended): void | Promise<void>
}
