import type { AnyBody } from '../builder/steps.js'
import { WeavePendingLimitError } from '../errors.js'
import { isMapped, isSimple, optionsOf } from '../plan/graph.js'
import { placeOf } from '../plan/places.js'
import { Attempts } from './attempts.js'
import { callTask } from './bare-body.js'
import { callHeld } from './call-held.js'
import { dependenciesOf } from './dependencies.js'
import type { Hold } from './gate.js'
import type { Host } from './host.js'
import { itemsOfTask } from './items-of-task.js'
import { type MappedRun, mappedRun } from './mapped-run.js'
import { Piece } from './piece.js'
import { routeOf } from './route.js'
import { isThenable, promiseOf } from './thenable.js'

/** Starts the tasks of a run and tells it how they end. */
export interface Launcher {
  /** @param hold the slots under the body; the launcher ends them. */
  launch(task: number, hold: Hold | undefined): void
  /** Nothing starts any more. */
  stop(): void
}

/** Starts tasks: as a plain call where that is all, else with attempts, or item by item. */
export class TaskLauncher implements Launcher {
  readonly #host: Host
  /** Whether simple tasks are called as they are: nobody watches, and no executor wants them. */
  readonly #isDirect: boolean
  readonly #mapped = new Set<MappedRun>()

  constructor(host: Host) {
    this.#host = host
    this.#isDirect = host.observer === undefined && !host.executor?.capabilities.closures
  }

  launch(task: number, hold: Hold | undefined): void {
    const flags = this.#host.graph.flags[task] as number
    const isDirect = this.#isDirect && (flags & isSimple) !== 0
    if (flags & isMapped) this.#map(task, isDirect)
    else if (!isDirect) this.#attempt(task, hold)
    else this.#call(task, hold)
  }

  stop(): void {
    for (const each of this.#mapped) each.stop()
  }

  /** The common case: a plain function, called here, once. */
  #call(task: number, hold: Hold | undefined): void {
    const host = this.#host
    const body = host.bodies[task] as AnyBody
    host.bodyBegan()
    let made: unknown
    let isLater: boolean
    try {
      const deps = dependenciesOf(host.ledger, task)
      made = hold
        ? callHeld(host, task, hold, (context) => body(deps, context))
        : callTask(host, task, body, deps)
      isLater = isThenable(made)
    } catch (error) {
      this.#threw(task, error, hold)
      return
    }
    if (!isLater) this.#returned(task, made, hold)
    else if (hold) this.#expectHeld(task, made, hold)
    else this.#expect(task, made)
  }

  /** Apart from the other one: ten thousand pending tasks remember no slots that they have not. */
  #expect(task: number, promise: unknown): void {
    promiseOf(promise).then(
      (value) => this.#returned(task, value, undefined),
      (error) => this.#threw(task, error, undefined),
    )
  }

  #expectHeld(task: number, promise: unknown, hold: Hold): void {
    promiseOf(promise).then(
      (value) => this.#returned(task, value, hold),
      (error) => this.#threw(task, error, hold),
    )
  }

  #returned(task: number, value: unknown, hold: Hold | undefined): void {
    this.#host.fulfilled(task, value)
    hold?.end()
    this.#host.bodyEnded()
  }

  #threw(task: number, error: unknown, hold: Hold | undefined): void {
    const { retries = 0 } = optionsOf(this.#host.graph, task)
    if (retries !== 0) this.#attempt(task, hold, { error })
    else {
      this.#host.rejected(task, error)
      hold?.end()
    }
    this.#host.bodyEnded()
  }

  /** @param failed what the first attempt threw, where it was a plain call. */
  #attempt(task: number, hold: Hold | undefined, failed?: { readonly error: unknown }): void {
    const host = this.#host
    const piece = new Piece(host, routeOf(host, task), dependenciesOf(host.ledger, task))
    const receiver = {
      fulfilled: (value: unknown) => host.fulfilled(task, value),
      rejected: (error: unknown) => host.rejected(task, error),
    }
    void new Attempts(piece, receiver, hold).make(failed)
  }

  #map(task: number, isDirect: boolean): void {
    const host = this.#host
    try {
      const items = itemsOfTask(host, task)
      if (items.count !== undefined && items.count > host.maxPending) {
        throw new WeavePendingLimitError(host.graph.names[task] as string, host.maxPending)
      }
      const each = mappedRun(host, task, isDirect, items)
      host.ledger.items.set(task, each)
      this.#mapped.add(each)
      this.#tellStart(task)
      each.start()
    } catch (error) {
      host.rejected(task, error)
    }
  }

  #tellStart(task: number): void {
    const { observer, graph, ledger, places } = this.#host
    if (observer === undefined) return
    const runsOn = placeOf(graph, task, places)
    observer.start(task, undefined, 1, runsOn, dependenciesOf(ledger, task))
  }
}
