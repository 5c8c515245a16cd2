import type { AnyBody } from '../builder/steps.js'
import { isMapped, isSimple, optionsOf } from '../plan/graph.js'
import { placeOf } from '../plan/places.js'
import { AsyncEachRun } from './async-each-run.js'
import { Attempts } from './attempts.js'
import { BodyContext } from './body-context.js'
import { dependenciesOf, inputName, originValue } from './dependencies.js'
import type { EachRun } from './each-run.js'
import type { Host } from './host.js'
import { itemsOf } from './items.js'
import { Piece } from './piece.js'
import { routeOf } from './route.js'
import { SyncEachRun } from './sync-each-run.js'
import { isThenable, promiseOf } from './thenable.js'

/** Starts tasks: as a plain call where that is all, else with attempts, or item by item. Tells the host how they end. */
export class Launcher {
  readonly #host: Host
  /** Whether simple tasks are called as they are: nobody watches, and no executor wants them. */
  readonly #isDirect: boolean
  readonly #mapped = new Set<EachRun>()

  constructor(host: Host) {
    this.#host = host
    this.#isDirect = host.observer === undefined && !host.executor?.capabilities.closures
  }

  launch(task: number): void {
    const flags = this.#host.graph.flags[task] as number
    const isDirect = this.#isDirect && (flags & isSimple) !== 0
    if (flags & isMapped) this.#map(task, isDirect)
    else if (isDirect) this.#call(task)
    else this.#attempt(task)
  }

  /** No item starts any more. */
  stop(): void {
    for (const each of this.#mapped) each.stop()
  }

  /** The common case: a plain function, called here, once. */
  #call(task: number): void {
    let made: unknown
    let isLater: boolean
    try {
      const body = this.#host.graph.bodies[task] as AnyBody
      made = body(dependenciesOf(this.#host.ledger, task), new BodyContext(this.#host, task))
      isLater = isThenable(made)
    } catch (error) {
      this.#threw(task, error)
      return
    }
    if (isLater) this.#expect(task, made)
    else this.#returned(task, made)
  }

  #expect(task: number, promise: unknown): void {
    promiseOf(promise).then(
      (value) => this.#returned(task, value),
      (error) => this.#threw(task, error),
    )
  }

  #returned(task: number, value: unknown): void {
    this.#host.fulfilled(task, value)
    this.#host.leave()
  }

  #threw(task: number, error: unknown): void {
    const { retries = 0 } = optionsOf(this.#host.graph, task)
    if (retries !== 0) {
      this.#attempt(task, { error })
      return
    }
    this.#host.rejected(task, error)
    this.#host.leave()
  }

  /** @param failed what the first attempt threw, where it was a plain call. */
  #attempt(task: number, failed?: { readonly error: unknown }): void {
    const piece = new Piece(
      this.#host,
      routeOf(this.#host, task),
      dependenciesOf(this.#host.ledger, task),
    )
    const attempts = new Attempts(piece, {
      fulfilled: (value) => this.#host.fulfilled(task, value),
      rejected: (error) => this.#host.rejected(task, error),
      left: () => this.#host.leave(),
    })
    void attempts.make(failed)
  }

  #map(task: number, isDirect: boolean): void {
    // Its items hold the slots.
    this.#host.leave()
    try {
      const items = this.#itemsOf(task)
      const each = items.isAsync
        ? new AsyncEachRun(this.#host, task, isDirect, items)
        : new SyncEachRun(this.#host, task, isDirect, items)
      this.#host.ledger.items.set(task, each)
      this.#mapped.add(each)
      this.#tellStart(task)
      each.start()
    } catch (error) {
      this.#host.rejected(task, error)
    }
  }

  #tellStart(task: number): void {
    const { observer, graph, ledger, places } = this.#host
    if (observer === undefined) return
    const runsOn = placeOf(graph, task, places)
    observer.start(task, undefined, 1, runsOn, dependenciesOf(ledger, task))
  }

  #itemsOf(task: number): ReturnType<typeof itemsOf> {
    const source = this.#host.graph.sources.get(task) as number | object
    const name = this.#host.graph.names[task] as string
    if (typeof source === 'object') return itemsOf(source, name, undefined)
    const sourceName =
      source >= 0 ? (this.#host.graph.names[source] as string) : inputName(this.#host.graph, source)
    return itemsOf(originValue(this.#host.ledger, source), name, sourceName)
  }
}
