import { InvalidOptionError } from '@conc/core'
import { checkKeys, checkObject } from '@conc/core/internal'
import { RunTrace } from '../seeing/run-trace.js'
import { checkShownValues, type ShownValues } from '../seeing/seeing-options.js'
import { valueText } from '../seeing/value-text.js'
import { errorLines, waterfall } from '../seeing/waterfall.js'
import type { WeaveEvent } from '../seeing/weave-event.js'
import { pageOf } from './page/page.js'
import { type ReportJSON, runJSON } from './report-json.js'

/** Options of `report`. */
export interface ReportOptions {
  /** Heading of the page. Default `'weave'`. */
  readonly title?: string
  /**
   * Whether the page shows what tasks received and gave: as `util.inspect` does, or by a function, which is told the
   * name of the task or input whose value it is. Default false: nothing of any value is in it.
   */
  readonly values?: ShownValues
}

/** What happened in a run, to be looked at. */
export interface Report {
  /**
   * One HTML page that needs no network: the graph in layers, a timeline with a bar per attempt and item, critical path,
   * totals and errors. Everything in it is escaped.
   */
  html(): string
  /** The timeline as text. @param width in characters; at least 40. Default 80. */
  text(width?: number): string
  /** The same as plain data, times in ms since the run began. */
  toJSON(): ReportJSON
}

const narrowest = 40

/**
 * Makes a report from the events of a run, as `onEvent` received them: of one that succeeded, failed, or has not ended.
 * The same events always give the same bytes. Events of several runs, of nested ones too, give a part for each.
 *
 * @throws {InvalidOptionError} `events` is no array, or a wrong option.
 * @example
 * const events: WeaveEvent[] = []
 * await w.settle({ onEvent: (event) => events.push(event) })
 * await writeFile('run.html', report(events, { title: 'nightly import' }).html())
 */
export function report(events: readonly WeaveEvent[], options: ReportOptions = {}): Report {
  if (!Array.isArray(events)) throw new InvalidOptionError('events', 'an array of events', events)
  events.forEach(checkEvent)
  checkOptions(options)
  const { title = 'weave', values = false } = options
  const note = values ? (name: string, value: unknown) => valueText(name, value, values) : undefined
  return new RunReport(RunTrace.all(events, note), title)
}

class RunReport implements Report {
  readonly #runs: readonly RunTrace[]
  readonly #title: string

  constructor(runs: readonly RunTrace[], title: string) {
    this.#runs = runs
    this.#title = title
  }

  html(): string {
    return pageOf(this.#runs, this.#title)
  }

  text(width = 80): string {
    if (!Number.isInteger(width) || width < narrowest) {
      throw new InvalidOptionError('width', `an integer of at least ${narrowest}`, width)
    }
    const parts = this.#runs.map((run) => [...waterfall(run, width), ...errorLines(run)].join('\n'))
    return `${[this.#title, ...(parts.length > 0 ? parts : ['no events'])].join('\n\n')}\n`
  }

  toJSON(): ReportJSON {
    return { version: 1, title: this.#title, runs: this.#runs.map(runJSON) }
  }
}

function checkEvent(event: unknown, index: number): void {
  const { run, at, type } = (event ?? {}) as Partial<WeaveEvent>
  const isEvent = typeof run === 'string' && typeof at === 'number' && typeof type === 'string'
  if (!isEvent) throw new InvalidOptionError(`events[${index}]`, 'an event of a run', event)
}

function checkOptions(options: ReportOptions): void {
  checkObject('options', options)
  checkKeys('options', options, ['title', 'values'])
  const { title, values } = options
  if (title !== undefined && typeof title !== 'string') {
    throw new InvalidOptionError('title', 'a string', title)
  }
  checkShownValues('values', values)
}
