import { type InspectOptions, inspect } from 'node:util'
import type { Settled } from '@conc/core'
import type { Env, Row, TaskRow } from '../builder/rows.js'
import type { Plan } from '../plan/plan.js'
import { cancelled, fulfilled, type Ledger, leftOut, rejected } from '../run/ledger.js'
import { inspectSettled, settledJSON } from './settled-print.js'
import { type Timings, timingsOf } from './timings.js'

/** The finished items of a mapped task, by position. */
type Finished<T> = T extends readonly (infer I)[] ? ReadonlyMap<number, I> : never

/** What became of one task. */
export type Outcome<T> =
  | Extract<Settled<T>, { status: 'fulfilled' }>
  | (Extract<Settled<T>, { reason: unknown }> & {
      readonly attempts: number
      /** Of mapped tasks: the items that had finished. */
      readonly partial?: Finished<T>
    })
  /** It never started: `because` of that task's failure, or since `only` left it out or the run ended early. */
  | { readonly status: 'skipped'; readonly because?: string }

/** What a run gives that may have failed. */
export interface SettledResult<P extends Row = Row> {
  /** Every task that was wanted is fulfilled. */
  readonly ok: boolean
  /** The first failure, or what else ended the run. */
  readonly error: unknown
  readonly failed: readonly TaskRow<P>[0][]
  /** Those that were told to stop while they ran. */
  readonly cancelled: readonly TaskRow<P>[0][]
  readonly tasks: { readonly [E in TaskRow<P> as E[0]]: Outcome<E[1]> }
  /** What finished, or was given: `run({ given: settled.values })` resumes. */
  readonly values: Partial<Env<TaskRow<P>>>
  readonly timings: Partial<Timings<TaskRow<P>[0]>>
  readonly plan: Plan<TaskRow<P>[0]>
}

const byError = new WeakMap<object, SettledResult>()

/**
 * What a run had finished when it rejected: the settled result of the run that last rejected with this error object.
 *
 * @example
 * try { await w.run() } catch (error) { console.log(resultOf(error)?.values) }
 */
export function resultOf(error: unknown): SettledResult | undefined {
  return typeof error === 'object' && error !== null ? byError.get(error) : undefined
}

/** Makes what finished findable by the error that a run rejects with. */
export function keepResult(error: unknown, ledger: Ledger, plan: Plan): void {
  keepSettled(error, settledFrom(ledger, plan))
}

/** Makes `result` findable by the error that a run rejects with. */
export function keepSettled(error: unknown, result: SettledResult): void {
  if (typeof error === 'object' && error !== null) byError.set(error, result)
}

/** The settled result of a run that is over. Everything is made when it is read. */
export function settledFrom(ledger: Ledger, plan: Plan): SettledResult {
  return new LedgerResult(ledger, plan)
}

class LedgerResult implements SettledResult {
  static {
    Object.defineProperty(LedgerResult, 'name', { value: 'SettledResult' })
  }
  readonly #ledger: Ledger
  readonly plan: Plan

  constructor(ledger: Ledger, plan: Plan) {
    this.#ledger = ledger
    this.plan = plan
  }

  get ok(): boolean {
    return this.#ledger.isFulfilled
  }

  get error(): unknown {
    return this.#ledger.error
  }

  get failed(): readonly string[] {
    return this.#names(rejected)
  }

  get cancelled(): readonly string[] {
    return this.#names(cancelled)
  }

  get tasks(): Readonly<Record<string, Outcome<unknown>>> {
    const tasks: Record<string, Outcome<unknown>> = Object.create(null)
    this.#ledger.graph.names.forEach((name, task) => {
      tasks[name] = outcomeOf(this.#ledger, task)
    })
    return Object.freeze(tasks)
  }

  get values(): Readonly<Record<string, unknown>> {
    const { graph, values } = this.#ledger
    const finished: Record<string, unknown> = Object.create(null)
    for (const task of this.#ledger.standing(fulfilled)) {
      finished[graph.names[task] as string] = values[task]
    }
    return Object.freeze(finished)
  }

  get timings(): Partial<Timings> {
    return timingsOf(this.#ledger)
  }

  toJSON(): object {
    return settledJSON(this)
  }

  [inspect.custom](depth: number, options: InspectOptions): string {
    return inspectSettled(this, depth, options)
  }

  #names(status: number): readonly string[] {
    const { graph } = this.#ledger
    return [...this.#ledger.standing(status)].map((task) => graph.names[task] as string)
  }
}

/** What became of one task of a run that is over, or of a task that is. */
export function outcomeOf(ledger: Ledger, task: number): Outcome<unknown> {
  const status = ledger.status[task]
  if (status === fulfilled) return { status: 'fulfilled', value: ledger.values[task] }
  if (status === rejected || status === cancelled) {
    const isFailure = status === rejected
    return {
      status: isFailure ? 'rejected' : 'cancelled',
      reason: isFailure ? ledger.errors.get(task) : ledger.cancelReason,
      attempts: ledger.attempts.get(task) ?? 1,
      ...partialOf(ledger, task),
    }
  }
  if (status === leftOut) return { status: 'skipped' }
  const cause = ledger.causeOf(task)
  const because = cause === undefined ? undefined : ledger.graph.names[cause]
  return because === undefined ? { status: 'skipped' } : { status: 'skipped', because }
}

/** A hole in the results is an item that had not finished. */
function partialOf(ledger: Ledger, task: number): { partial?: never } {
  const items = ledger.items.get(task)
  if (items === undefined) return {}
  const partial = new Map<number, unknown>()
  items.results.forEach((value, position) => {
    partial.set(position, value)
  })
  return { partial: partial as unknown as never }
}
