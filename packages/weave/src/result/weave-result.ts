import { InvalidOptionError } from '@conc/core'
import type { Env, Row, TaskRow } from '../builder/rows.js'
import type { Plan } from '../plan/plan.js'
import type { Ledger } from '../run/ledger.js'
import { type Timings, timingsOf } from './timings.js'

/** What a run gives: the values by name, the inputs among them. Iterating gives the tasks' values in order. */
export type WeaveResult<P extends Row, Last, Vals extends readonly unknown[]> = Env<P> & {
  /** The value of the task defined last; `undefined` without tasks. */
  readonly final: Last
  readonly timings: Timings<TaskRow<P>[0]>
  readonly plan: Plan<TaskRow<P>[0]>
  [Symbol.iterator](): IterableIterator<Vals[number]>
}

/** With `only`: what was asked for is there, the rest may be. */
export type PartialResult<P extends Row, N extends string> = Pick<Env<P>, N & P[0]> &
  Partial<Omit<Env<P>, N>> & {
    readonly timings: Partial<Timings<TaskRow<P>[0]>>
    readonly plan: Plan<TaskRow<P>[0]>
  }

/** The values as own properties; the rest is on the prototype, so that a task may have almost any name. */
class Result {
  static {
    Object.defineProperty(Result, 'name', { value: 'WeaveResult' })
  }
  readonly #ledger: Ledger
  readonly #plan: Plan
  #timings: Timings | undefined

  constructor(ledger: Ledger, plan: Plan) {
    this.#ledger = ledger
    this.#plan = plan
    const { graph, values, inputs } = ledger
    Object.assign(this, inputs)
    const own = this as unknown as Record<string, unknown>
    for (let task = 0; task < graph.count; task++) {
      if (ledger.has(task)) own[graph.names[task] as string] = values[task]
    }
  }

  get final(): unknown {
    return this.#ledger.values.at(-1)
  }

  get timings(): Timings {
    this.#timings ??= timingsOf(this.#ledger)
    return this.#timings
  }

  get plan(): Plan {
    return this.#plan
  }

  [Symbol.iterator](): IterableIterator<unknown> {
    const { values } = this.#ledger
    return values.filter((_, task) => this.#ledger.has(task)).values()
  }
}

export type { Result }

/** The result of a run in which every task is fulfilled. */
export function resultFrom(ledger: Ledger, plan: Plan): Result {
  return new Result(ledger, plan)
}

/**
 * The tasks' values in definition order, as a typed tuple.
 *
 * @throws {InvalidOptionError} it is not what a run resolved with.
 * @example
 * const [author, books] = inOrder(await weave().do('author', a).do('books', b).run())
 */
export function inOrder<V extends readonly unknown[]>(
  // biome-ignore lint/suspicious/noExplicitAny: a result of any rows; only the tuple matters
  result: WeaveResult<any, any, V>,
): V {
  if (typeof result?.[Symbol.iterator] !== 'function') {
    throw new InvalidOptionError('result', 'the result of a run', result)
  }
  return [...result] as unknown as V
}
