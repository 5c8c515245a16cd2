import type { Graph } from '../plan/graph.js'
import type { Plan } from '../plan/plan.js'
import type { Outcome, SettledResult } from '../result/settled-result.js'
import type { TaskTiming } from '../result/timings.js'
import { type Failure, RemoteResult, RemoteSettled } from './remote-result.js'
import { outcomeFrom, type Report, reasonsOf } from './report.js'

/** What a parent knows of the tasks of a run elsewhere: what had finished is kept when the worker is lost. */
export class Mirror {
  readonly #plan: Plan
  readonly #names: readonly string[]
  readonly #inputs: Readonly<Record<string, unknown>>
  readonly #outcomes = new Map<string, Outcome<unknown>>()
  readonly #timings: Record<string, TaskTiming> = Object.create(null)
  readonly #running = new Set<string>()

  constructor(graph: Graph, plan: Plan, inputs: Readonly<Record<string, unknown>>) {
    this.#plan = plan
    this.#names = graph.names
    this.#inputs = inputs
  }

  /** @returns the reasons in the report, as errors. */
  take(report: Report): readonly unknown[] {
    const reasons = reasonsOf(report)
    for (const { task, outcome, timing } of report.rows) {
      if (outcome === 'running') this.#running.add(task)
      else {
        this.#running.delete(task)
        this.#outcomes.set(task, outcomeFrom(outcome, reasons))
      }
      if (timing) this.#timings[task] = timing
    }
    return reasons
  }

  /** The result of a run that fulfilled. */
  result(): RemoteResult {
    return new RemoteResult(this.#facts(undefined))
  }

  /** The settled result. With a failure, what has begun is cancelled with its error, and what has not is skipped. */
  settled(failure?: Failure): SettledResult {
    return new RemoteSettled(this.#facts(failure?.error), failure)
  }

  #facts(error: unknown): ConstructorParameters<typeof RemoteResult>[0] {
    const outcomes: Record<string, Outcome<unknown>> = Object.create(null)
    for (const name of this.#names)
      outcomes[name] = this.#outcomes.get(name) ?? this.#open(name, error)
    return {
      plan: this.#plan,
      inputs: this.#inputs,
      outcomes: Object.freeze(outcomes),
      timings: Object.freeze({ ...this.#timings }),
    }
  }

  #open(name: string, reason: unknown): Outcome<unknown> {
    if (!this.#running.has(name)) return { status: 'skipped' }
    return { status: 'cancelled', reason, attempts: 1 }
  }
}
