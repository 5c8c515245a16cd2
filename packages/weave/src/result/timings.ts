import { type ItemRecord, type Ledger, leftOut, skipped, waiting } from '../run/ledger.js'

/** When one task ran, in ms. */
export interface TaskTiming {
  /** From the start of the run. */
  readonly startMs: number
  /** Ready but not started. */
  readonly waitMs: number
  readonly runMs: number
  readonly attempts: number
  /** Of mapped tasks; the durations only in observed runs (`onEvent`, a subscriber of `conc:weave`). */
  readonly items?: { readonly count: number; readonly p50Ms?: number; readonly maxMs?: number }
}

/** The timing of each task that was not left out, by its name. */
export type Timings<K extends string = string> = { readonly [N in K]: TaskTiming }

const unstarted: ReadonlySet<number> = new Set([waiting, skipped, leftOut])

/** The timings of all tasks that started. */
export function timingsOf(ledger: Ledger): Timings {
  const timings: Record<string, TaskTiming> = Object.create(null)
  for (let task = 0; task < ledger.graph.count; task++) {
    const status = ledger.status[task] as number
    if (unstarted.has(status) || ledger.given.has(task)) continue
    timings[ledger.graph.names[task] as string] = timingOf(ledger, task)
  }
  return Object.freeze(timings)
}

/** The timing of a task that started. */
export function timingOf(ledger: Ledger, task: number): TaskTiming {
  const startMs = ledger.startedAt[task] as number
  const items = ledger.items.get(task)
  return Object.freeze({
    startMs,
    waitMs: startMs - (ledger.readyAt[task] as number),
    runMs: (ledger.endedAt[task] as number) - startMs,
    attempts: ledger.attempts.get(task) ?? 1,
    ...(items && { items: itemTimings(items) }),
  })
}

function itemTimings({ count, durations }: ItemRecord): NonNullable<TaskTiming['items']> {
  if (durations === undefined || durations.length === 0) return { count }
  const sorted = [...durations].sort((one, other) => one - other)
  return {
    count,
    p50Ms: sorted[(sorted.length - 1) >> 1] as number,
    maxMs: sorted.at(-1) as number,
  }
}
