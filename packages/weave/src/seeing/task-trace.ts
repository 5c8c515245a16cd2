import type { PlanJSON } from '../plan/plan.js'

export type TaskState =
  | 'waiting'
  | 'ready'
  | 'running'
  | 'fulfilled'
  | 'rejected'
  | 'cancelled'
  | 'skipped'

export type SpanEnd = 'fulfilled' | 'failed' | 'cancelled'

/** One attempt of a task or item, in ms since the run began. */
export interface Span {
  readonly item: number | undefined
  readonly attempt: number
  readonly runsOn: string
  readonly from: number
  /** `undefined` while it runs. */
  to: number | undefined
  end: SpanEnd | undefined
  error: unknown
}

/** What is known about a task before it runs. */
export type TaskPlan = PlanJSON['tasks'][number]

/** What happened to one task of a run, put together from its events. */
export class TaskTrace {
  readonly name: string
  /** `undefined` for what appears in a run without being planned. */
  readonly plan: TaskPlan | undefined
  state: TaskState = 'waiting'
  readyAt: number | undefined
  startedAt: number | undefined
  endedAt: number | undefined
  runsOn: string | undefined
  /** Most attempts that one piece of it took. */
  attempts = 0
  retries = 0
  /** Items that started, that are fulfilled, that failed. */
  items = 0
  itemsFulfilled = 0
  itemsFailed = 0
  /** Of a mapped task those of its items. */
  readonly spans: Span[] = []
  /** Why it failed or was cancelled. */
  reason: unknown
  /** The task whose failure is why it never started. */
  because: string | undefined
  /** What it last said of its progress, and for which item. */
  progress: unknown
  /** Its dependencies by name, and its value, as text; only where values are shown. */
  inputs: readonly (readonly [name: string, text: string])[] | undefined
  output: string | undefined
  readonly #open = new Map<number | undefined, Span>()

  constructor(name: string, plan: TaskPlan | undefined) {
    this.name = name
    this.plan = plan
  }

  get isMapped(): boolean {
    return this.plan?.kind === 'each' || this.items > 0
  }

  /** Ms from being ready to being started. */
  get waitMs(): number {
    const { readyAt, startedAt } = this
    return readyAt === undefined || startedAt === undefined ? 0 : startedAt - readyAt
  }

  start(at: number, item: number | undefined, attempt: number, runsOn: string): void {
    this.startedAt ??= at
    this.state = 'running'
    this.runsOn ??= runsOn
    this.attempts = Math.max(this.attempts, attempt)
    if (item === undefined && this.plan?.kind === 'each') return
    if (item !== undefined && attempt === 1) this.items++
    const span: Span = {
      item,
      attempt,
      runsOn,
      from: at,
      to: undefined,
      end: undefined,
      error: undefined,
    }
    this.spans.push(span)
    this.#open.set(item, span)
  }

  retry(at: number, item: number | undefined, error: unknown): void {
    this.retries++
    this.#close(at, item, 'failed', error)
  }

  fulfilled(at: number, item: number | undefined): void {
    this.#close(at, item, 'fulfilled', undefined)
    if (item === undefined) this.#end(at, 'fulfilled')
    else this.itemsFulfilled++
  }

  rejected(at: number, item: number | undefined, error: unknown): void {
    this.#close(at, item, 'failed', error)
    if (item !== undefined) {
      this.itemsFailed++
      return
    }
    this.reason = error
    this.#end(at, 'rejected')
  }

  cancelled(at: number, item: number | undefined, reason: unknown): void {
    this.#close(at, item, 'cancelled', reason)
    if (item !== undefined) return
    this.reason = reason
    this.#end(at, 'cancelled')
  }

  skipped(because: string | undefined): void {
    this.state = 'skipped'
    this.because = because
  }

  #close(at: number, item: number | undefined, end: SpanEnd, error: unknown): void {
    const span = this.#open.get(item)
    if (span === undefined) return
    this.#open.delete(item)
    span.to = at
    span.end = end
    span.error = error
  }

  #end(at: number, state: TaskState): void {
    this.endedAt = at
    this.state = state
    for (const item of [...this.#open.keys()]) this.#close(at, item, 'cancelled', undefined)
  }
}
