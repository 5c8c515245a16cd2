import type { Settled } from '@conc/core'
import type { Retain } from './options.js'

/** What a flush brings. */
export interface Report {
  /** In start order. */
  readonly outcomes: Settled<unknown>[]
  /** What tasks, callbacks and sources threw, in the order it happened. */
  readonly errors: readonly unknown[]
}

/** A task that is over. */
interface Ended {
  readonly id: number
  readonly status: string
  readonly outcome: unknown
  readonly ending: Settled<unknown>
  /** Whether somebody else was told of a failure. */
  readonly isReported: boolean
}

/** The outcomes of tasks that are over, until somebody takes them. */
export class Ledger {
  /** Tasks that are over, kept or not. */
  #over = 0
  #ids: number[] = []
  #outcomes: Settled<unknown>[] = []
  #errors: unknown[] = []
  readonly #retain: Retain

  constructor(retain: Retain) {
    this.#retain = retain
  }

  get over(): number {
    return this.#over
  }

  /** A task is over. */
  record(task: Ended): void {
    this.#over++
    const isFailure = task.status === 'rejected'
    if (this.#retain === 'none' || (this.#retain === 'errors' && !isFailure)) return
    this.#keep(task.id, task.ending)
    if (isFailure && !task.isReported) this.#errors.push(task.outcome)
  }

  /** A task that never needed to be more than its item has fulfilled. */
  recordValue(id: number, value: unknown): void {
    this.#over++
    if (this.#retain === 'all') this.#keep(id, { status: 'fulfilled', value })
  }

  /** A callback or a source has failed. */
  fail(error: unknown): void {
    if (this.#retain !== 'none') this.#errors.push(error)
  }

  /** Hands over what there is and forgets it. */
  take(): Report {
    const report = { outcomes: this.#inStartOrder(), errors: this.#errors }
    this.#over = 0
    this.#ids = []
    this.#outcomes = []
    this.#errors = []
    return report
  }

  #keep(id: number, ending: Settled<unknown>): void {
    this.#ids.push(id)
    this.#outcomes.push(ending)
  }

  #inStartOrder(): Settled<unknown>[] {
    const ids = this.#ids
    const outcomes = this.#outcomes
    if (ids.every((id, index) => index === 0 || (ids[index - 1] as number) < id)) return outcomes
    const order = ids.map((_, index) => index)
    order.sort((one, other) => (ids[one] as number) - (ids[other] as number))
    return order.map((index) => outcomes[index] as Settled<unknown>)
  }
}

/** What a report says of the tasks. Before, it throws one error as it is, several as an `AggregateError`. */
export function outcomesOf(
  { outcomes, errors }: Report,
  throwOnError: boolean | undefined = true,
): Settled<unknown>[] {
  if (throwOnError && errors.length === 1) throw errors[0]
  if (throwOnError && errors.length > 1) {
    throw new AggregateError(errors, `${errors.length} tasks, callbacks or sources failed`)
  }
  return [...outcomes]
}
