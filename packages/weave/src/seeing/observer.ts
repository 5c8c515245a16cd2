import { channels } from '@conc/core'
import { newCallId } from '@conc/core/internal'
import type { Graph } from '../plan/graph.js'
import type { Plan } from '../plan/plan.js'
import { cancelled, type Ledger, skipped } from '../run/ledger.js'
import type { WeaveEvent } from './weave-event.js'

type Listener = (event: WeaveEvent) => void
type Told<E> = E extends WeaveEvent ? Omit<E, 'run' | 'at'> : never

/** Builds the events of one run and hands them to whoever listens. */
export class Observer {
  readonly #run: string = newCallId()
  readonly #startedAt: number = performance.now()
  readonly #names: readonly string[]
  readonly #onEvent: Listener | undefined

  /** `undefined` where nobody listens. */
  static of(graph: Graph, onEvent: Listener | undefined): Observer | undefined {
    if (onEvent === undefined && !channels.weave.hasSubscribers) return undefined
    return new Observer(graph.names, onEvent)
  }

  private constructor(names: readonly string[], onEvent: Listener | undefined) {
    this.#names = names
    this.#onEvent = onEvent
  }

  plan(plan: Plan, parent: string | undefined): void {
    this.#tell({
      type: 'plan',
      plan: plan.toJSON(),
      startedAt: Date.now(),
      ...(parent !== undefined && { parent }),
    })
  }

  ready(task: number): void {
    this.#tell({ type: 'ready', task: this.#name(task) })
  }

  start(
    task: number,
    item: number | undefined,
    attempt: number,
    runsOn: string,
    deps: Readonly<Record<string, unknown>>,
  ): void {
    this.#tell({ type: 'start', ...this.#piece(task, item), attempt, runsOn, deps })
  }

  progress(task: number, item: number | undefined, data: unknown): void {
    this.#tell({ type: 'progress', ...this.#piece(task, item), data })
  }

  retry(
    task: number,
    item: number | undefined,
    attempt: number,
    error: unknown,
    inMs: number,
  ): void {
    this.#tell({ type: 'retry', ...this.#piece(task, item), attempt, error, inMs })
  }

  end(task: number, item: number | undefined, ms: number, value: unknown): void {
    this.#tell({ type: 'end', ...this.#piece(task, item), ms, value })
  }

  error(task: number, item: number | undefined, ms: number, error: unknown): void {
    this.#tell({ type: 'error', ...this.#piece(task, item), ms, error })
  }

  /** The run ended early: tells of the tasks that were cut off. */
  stopped(ledger: Ledger): void {
    const { failed, cancelReason: reason } = ledger
    const cause = failed === undefined ? {} : { because: this.#name(failed) }
    for (const task of ledger.standing(cancelled)) {
      this.#tell({ type: 'cancel', task: this.#name(task), reason })
    }
    for (const task of ledger.standing(skipped)) {
      this.#tell({ type: 'skip', task: this.#name(task), ...cause })
    }
  }

  finish(status: 'fulfilled' | 'rejected' | 'cancelled', error?: unknown): void {
    const ms = performance.now() - this.#startedAt
    this.#tell({ type: 'finish', status, ms, ...(status !== 'fulfilled' && { error }) })
  }

  #piece(task: number, item: number | undefined): { task: string; item?: number } {
    const name = this.#name(task)
    return item === undefined ? { task: name } : { task: name, item }
  }

  #name(task: number): string {
    return this.#names[task] as string
  }

  #tell(told: Told<WeaveEvent>): void {
    const at = performance.now() - this.#startedAt
    const event = { run: this.#run, at, ...told } as WeaveEvent
    if (channels.weave.hasSubscribers) channels.weave.publish(event)
    try {
      this.#onEvent?.(event)
    } catch (error) {
      // The listener's failure is not the run's.
      process.emitWarning(`onEvent of a weave threw: ${String(error)}`)
    }
  }
}
