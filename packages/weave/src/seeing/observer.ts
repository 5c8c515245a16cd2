import { channels } from '@conc/core'
import { newCallId, thrownText } from '@conc/core/internal'
import type { Plan } from '../plan/plan.js'
import { cancelled, type Ledger, skipped } from '../run/ledger.js'
import { DebugLog } from './debug-log.js'
import { OpenItems } from './open-items.js'
import type { SeeingOptions } from './seeing-options.js'
import { StallWatch } from './stall-watch.js'
import { unfinishedTasks } from './unfinished.js'
import type { WeaveEvent } from './weave-event.js'

type Told<E> = E extends WeaveEvent ? Omit<E, 'run' | 'at'> : never

/** Who hears the events of one run, and what it is called where it fails. */
interface Listener {
  readonly name: string
  hear(event: WeaveEvent): void
}

const debugStallMs = 10_000

/** Builds the events of one run and hands them to whoever listens. */
export class Observer {
  readonly #run: string
  readonly #startedAt: number
  readonly #ledger: Ledger
  readonly #listeners: readonly Listener[]
  readonly #openItems = new OpenItems()
  readonly #stallWatch: StallWatch | undefined

  /** `undefined` where nobody listens. */
  static of(ledger: Ledger, options: SeeingOptions): Observer | undefined {
    const listeners = listenersOf(options)
    if (listeners.length === 0 && !channels.weave.hasSubscribers) return undefined
    const { debug, stallAfterMs = debug ? debugStallMs : Number.POSITIVE_INFINITY } = options
    return new Observer(ledger, listeners, { stallAfterMs })
  }

  private constructor(
    ledger: Ledger,
    listeners: readonly Listener[],
    init: { readonly stallAfterMs?: number; readonly whole?: Observer },
  ) {
    const { stallAfterMs = Number.POSITIVE_INFINITY, whole } = init
    this.#ledger = ledger
    this.#listeners = listeners
    this.#run = whole ? whole.#run : newCallId()
    this.#startedAt = whole ? whole.#startedAt : performance.now()
    if (whole) this.#stallWatch = whole.#stallWatch
    else if (stallAfterMs !== Number.POSITIVE_INFINITY) {
      this.#stallWatch = new StallWatch(stallAfterMs, () => this.#stalled())
    }
  }

  /** For work that is part of a task of this run: its events are this run's. */
  part(ledger: Ledger): Observer {
    return new Observer(ledger, this.#listeners, { whole: this })
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
    this.#stallWatch?.seen()
    if (item !== undefined) this.#openItems.add(task, item)
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
    this.#stallWatch?.seen()
    this.#tell({ type: 'retry', ...this.#piece(task, item), attempt, error, inMs })
  }

  end(task: number, item: number | undefined, ms: number, value: unknown): void {
    this.#stallWatch?.seen()
    if (item !== undefined) this.#openItems.remove(task, item)
    this.#tell({ type: 'end', ...this.#piece(task, item), ms, value })
  }

  error(task: number, item: number | undefined, ms: number, error: unknown): void {
    this.#stallWatch?.seen()
    if (item !== undefined) this.#openItems.remove(task, item)
    this.#tell({ type: 'error', ...this.#piece(task, item), ms, error })
  }

  /** A task does not start, because `failed` did. */
  skip(task: number, failed: number): void {
    this.#tell({ type: 'skip', task: this.#name(task), because: this.#name(failed) })
  }

  /** A mapped task failed in a run that goes on: tells of its items that were cut off. */
  itemsStopped(task: number, reason: unknown): void {
    for (const item of this.#openItems.takenOf(task)) {
      this.#tell({ type: 'cancel', ...this.#piece(task, item), reason })
    }
  }

  /** The run ended early: tells of the tasks and items that were cut off. */
  stopped(ledger: Ledger): void {
    const { stoppedBy, cancelReason: reason } = ledger
    const cause = stoppedBy === undefined ? {} : { because: this.#name(stoppedBy) }
    for (const [task, item] of this.#openItems.taken()) {
      this.#tell({ type: 'cancel', ...this.#piece(task, item), reason })
    }
    for (const task of ledger.standing(cancelled)) {
      this.#tell({ type: 'cancel', task: this.#name(task), reason })
    }
    for (const task of ledger.standing(skipped)) {
      if (ledger.causes.has(task)) continue
      this.#tell({ type: 'skip', task: this.#name(task), ...cause })
    }
  }

  finish(status: 'fulfilled' | 'rejected' | 'cancelled', error?: unknown): void {
    this.#stallWatch?.end()
    const ms = performance.now() - this.#startedAt
    this.#tell({ type: 'finish', status, ms, ...(status !== 'fulfilled' && { error }) })
  }

  #stalled(): void {
    this.#tell({ type: 'stall', waiting: unfinishedTasks(this.#ledger) })
  }

  #piece(task: number, item: number | undefined): { task: string; item?: number } {
    const name = this.#name(task)
    return item === undefined ? { task: name } : { task: name, item }
  }

  #name(task: number): string {
    return this.#ledger.graph.names[task] as string
  }

  #tell(told: Told<WeaveEvent>): void {
    const at = performance.now() - this.#startedAt
    const event = { run: this.#run, at, ...told } as WeaveEvent
    if (channels.weave.hasSubscribers) channels.weave.publish(event)
    for (const listener of this.#listeners) {
      try {
        listener.hear(event)
      } catch (error) {
        // The listener's failure is not the run's.
        process.emitWarning(`${listener.name} of a weave threw: ${thrownText(error)}`)
      }
    }
  }
}

function listenersOf({ onEvent, debug }: SeeingOptions): Listener[] {
  const listeners: Listener[] = []
  if (debug) {
    const log = new DebugLog(debug === true ? {} : debug)
    listeners.push({ name: 'debug', hear: (event) => log.hear(event) })
  }
  if (onEvent) listeners.push({ name: 'onEvent', hear: onEvent })
  return listeners
}
