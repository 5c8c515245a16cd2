import { type InspectOptions, inspect } from 'node:util'
import type { Plan } from '../plan/plan.js'
import { inspectSettled, settledJSON } from '../result/settled-print.js'
import type { Outcome, SettledResult } from '../result/settled-result.js'
import type { Timings } from '../result/timings.js'

/** What is known here of a run elsewhere. */
export interface RemoteFacts {
  readonly plan: Plan
  readonly inputs: Readonly<Record<string, unknown>>
  /** In definition order. */
  readonly outcomes: Readonly<Record<string, Outcome<unknown>>>
  readonly timings: Timings
}

/** Why a run did not fulfil. */
export interface Failure {
  readonly error: unknown
}

/** What `run` gives, of a run elsewhere: the values as own properties, one that could not travel throws when read. */
export class RemoteResult {
  static {
    Object.defineProperty(RemoteResult, 'name', { value: 'WeaveResult' })
  }
  readonly #facts: RemoteFacts

  constructor(facts: RemoteFacts) {
    this.#facts = facts
    Object.assign(this, facts.inputs)
    copyValues(this, facts.outcomes)
  }

  get final(): unknown {
    return fulfilledValue(Object.values(this.#facts.outcomes).at(-1))
  }

  get timings(): Timings {
    return this.#facts.timings
  }

  get plan(): Plan {
    return this.#facts.plan
  }

  *[Symbol.iterator](): Generator<unknown, void, undefined> {
    for (const outcome of Object.values(this.#facts.outcomes)) yield fulfilledValue(outcome)
  }
}

/** What `settle` gives, of a run elsewhere. */
export class RemoteSettled implements SettledResult {
  static {
    Object.defineProperty(RemoteSettled, 'name', { value: 'SettledResult' })
    Object.defineProperty(RemoteSettled.prototype, inspect.custom, {
      value(this: RemoteSettled, depth: number, options: InspectOptions): string {
        return inspectSettled(this, depth, options)
      },
    })
  }
  /** Every task that was wanted is fulfilled. */
  readonly ok: boolean
  readonly error: unknown
  readonly tasks: Readonly<Record<string, Outcome<unknown>>>
  readonly timings: Partial<Timings>
  readonly plan: Plan

  constructor({ outcomes, timings, plan }: RemoteFacts, failure: Failure | undefined) {
    this.ok = failure === undefined
    this.error = failure?.error
    this.tasks = outcomes
    this.timings = timings
    this.plan = plan
  }

  get failed(): readonly string[] {
    return this.#names('rejected')
  }

  get cancelled(): readonly string[] {
    return this.#names('cancelled')
  }

  get values(): Readonly<Record<string, unknown>> {
    return Object.freeze(copyValues(Object.create(null), this.tasks))
  }

  toJSON(): object {
    return settledJSON(this)
  }

  #names(status: Outcome<unknown>['status']): readonly string[] {
    return Object.keys(this.tasks).filter((name) => this.tasks[name]?.status === status)
  }
}

/** Copies getters as getters: those are the values that could not travel. */
function copyValues<T extends object>(
  target: T,
  outcomes: Readonly<Record<string, Outcome<unknown>>>,
): T {
  for (const [name, outcome] of Object.entries(outcomes)) {
    const descriptor = Object.getOwnPropertyDescriptor(outcome, 'value')
    if (descriptor) Object.defineProperty(target, name, descriptor)
  }
  return target
}

function fulfilledValue(outcome: Outcome<unknown> | undefined): unknown {
  return outcome?.status === 'fulfilled' ? outcome.value : undefined
}
