import type { PlanJSON } from '../plan/plan.js'
import type { RunTrace } from '../seeing/run-trace.js'
import type { Span, TaskTrace } from '../seeing/task-trace.js'
import type { UnfinishedTask } from '../seeing/weave-event.js'
import { type ErrorFacts, errorFacts } from './error-facts.js'

/** A report as plain data. Times are in ms since the run began. */
export interface ReportJSON {
  readonly version: 1
  readonly title: string
  readonly runs: readonly RunJSON[]
}

/** A run as plain data: what `report(…).toJSON()` gives. Times are milliseconds from its start. */
export interface RunJSON {
  readonly run: string
  /** `running`: its events end before it does. */
  readonly status: 'running' | 'fulfilled' | 'rejected' | 'cancelled'
  /** ISO 8601; absent where the plan's event is. */
  readonly startedAt?: string
  readonly parent?: string
  readonly totals: {
    readonly wallMs: number
    /** Time of all bodies together. */
    readonly workMs: number
    /** Work over wall. */
    readonly parallelism: number
    readonly tasks: number
    readonly attempts: number
    readonly retries: number
  }
  readonly criticalPath: readonly string[]
  readonly error?: ErrorFacts
  readonly stalls: readonly { readonly at: number; readonly waiting: readonly UnfinishedTask[] }[]
  readonly tasks: readonly TaskJSON[]
  readonly plan?: PlanJSON
}

/** A task of a run as plain data. */
export interface TaskJSON {
  readonly name: string
  readonly status: TaskTrace['state']
  readonly readyAt?: number
  readonly startedAt?: number
  readonly endedAt?: number
  /** Of mapped tasks: items that started. */
  readonly items?: number
  readonly retries: number
  readonly because?: string
  readonly error?: ErrorFacts
  readonly spans: readonly SpanJSON[]
  readonly inputs?: Readonly<Record<string, string>>
  readonly output?: string
}

/** One attempt of a task, or of an item of it. */
export interface SpanJSON {
  readonly item?: number
  readonly attempt: number
  readonly runsOn: string
  readonly from: number
  readonly to?: number
  readonly end?: Span['end']
  readonly error?: ErrorFacts
}

export function runJSON(run: RunTrace): RunJSON {
  const { workMs, ms: wallMs, startedAt, parent, plan } = run
  const tasks = [...run.tasks.values()]
  return {
    run: run.run,
    status: run.status,
    ...(startedAt !== undefined && { startedAt: new Date(startedAt).toISOString() }),
    ...(parent !== undefined && { parent }),
    totals: {
      wallMs,
      workMs,
      parallelism: wallMs > 0 ? workMs / wallMs : 0,
      tasks: run.planned.length,
      attempts: tasks.reduce((sum, { spans }) => sum + spans.length, 0),
      retries: tasks.reduce((sum, { retries }) => sum + retries, 0),
    },
    criticalPath: run.criticalPath.map(({ name }) => name),
    ...(run.status === 'rejected' && { error: errorFacts(run.error) }),
    stalls: run.stalls,
    tasks: tasks.map(taskJSON),
    ...(plan && { plan }),
  }
}

function taskJSON(task: TaskTrace): TaskJSON {
  const { name, state, readyAt, startedAt, endedAt, items, retries, because, output } = task
  return {
    name,
    status: state,
    ...(readyAt !== undefined && { readyAt }),
    ...(startedAt !== undefined && { startedAt }),
    ...(endedAt !== undefined && { endedAt }),
    ...(task.isMapped && { items }),
    retries,
    ...(because !== undefined && { because }),
    ...((state === 'rejected' || state === 'cancelled') && { error: errorFacts(task.reason) }),
    spans: task.spans.map(spanJSON),
    ...(task.inputs && { inputs: Object.fromEntries(task.inputs) }),
    ...(output !== undefined && { output }),
  }
}

function spanJSON({ item, attempt, runsOn, from, to, end, error }: Span): SpanJSON {
  return {
    ...(item !== undefined && { item }),
    attempt,
    runsOn,
    from,
    ...(to !== undefined && { to }),
    ...(end && { end }),
    ...(end === 'failed' && { error: errorFacts(error) }),
  }
}
