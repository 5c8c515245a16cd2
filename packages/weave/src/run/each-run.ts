import type { Place } from '@conc/core/internal'
import { optionsOf } from '../plan/graph.js'
import { Attempts } from './attempts.js'
import { BodyContext } from './body-context.js'
import { type Dependencies, dependenciesOf } from './dependencies.js'
import type { Host } from './host.js'
import type { AsyncItems, SyncItems } from './items.js'
import type { ItemRecord } from './ledger.js'
import { Piece } from './piece.js'
import { type Route, routeOf } from './route.js'
import { isThenable, promiseOf } from './thenable.js'

/** The run of one mapped task: starts items in order while there is room, and collects what they give. */
abstract class EachRun implements Place, ItemRecord {
  list: Place['list']
  next: Place['next']
  prev: Place['prev']
  readonly results: unknown[]
  readonly durations: number[] | undefined
  protected readonly host: Host
  protected readonly task: number
  protected isOpen = true
  readonly #deps: Dependencies
  readonly #workers: number
  readonly #priority: number
  /** `undefined`: the body is called as it is. */
  readonly #route: Route | undefined
  #started = 0
  #settled = 0
  /** Items whose bodies have not ended. */
  #inFlight = 0
  #isExhausted = false

  constructor(host: Host, task: number, isDirect: boolean, count: number | undefined) {
    const options = optionsOf(host.graph, task)
    this.host = host
    this.task = task
    this.results = new Array(count ?? 0)
    this.durations = host.observer && []
    this.#deps = dependenciesOf(host.ledger, task)
    this.#workers = options.workers ?? Number.POSITIVE_INFINITY
    this.#priority = options.priority ?? 0
    this.#route = isDirect ? undefined : routeOf(host, task)
  }

  get count(): number {
    return this.#started
  }

  /** Starts what may start now. */
  abstract start(): void
  /** A slot came: starts the item it was wanted for. */
  abstract enter(): void

  /** The run is over, or an item failed: no item starts any more. */
  stop(): void {
    this.isOpen = false
    this.host.slots?.leave(this)
  }

  protected get hasRoom(): boolean {
    return this.isOpen && this.#inFlight < this.#workers
  }

  protected stand(): void {
    if (this.list === undefined) this.host.slots?.join(this, this.#priority)
  }

  protected exhausted(): void {
    this.#isExhausted = true
    this.#finishIfDone()
  }

  protected fail(error: unknown): void {
    if (!this.isOpen) return
    this.stop()
    this.host.rejected(this.task, error)
  }

  protected startItem(item: unknown): void {
    const index = this.#started++
    this.#inFlight++
    if (this.#route) this.#attempt(this.#route, item, index)
    else this.#call(item, index)
  }

  #call(item: unknown, index: number): void {
    const { host, task } = this
    try {
      const body = host.graph.bodies[task] as (...args: unknown[]) => unknown
      const made = body(item, this.#deps, new BodyContext(host, task, index))
      if (!isThenable(made)) this.#done(index, made)
      else promiseOf(made).then((value) => this.#arrived(index, value), this.#failed)
    } catch (error) {
      this.#failed(error)
    }
  }

  readonly #failed = (error: unknown): void => {
    this.#itemLeft()
    this.fail(error)
  }

  #done(index: number, value: unknown): void {
    this.#itemLeft()
    this.#keep(index, value)
  }

  #arrived(index: number, value: unknown): void {
    this.#done(index, value)
    if (this.isOpen && !this.#isExhausted) this.start()
  }

  #attempt(route: Route, item: unknown, index: number): void {
    const { host, task } = this
    const startedAt = performance.now()
    const piece = new Piece(host, route, this.#deps, item, index)
    const attempts = new Attempts(piece, {
      fulfilled: (value) => {
        const ms = performance.now() - startedAt
        this.durations?.push(ms)
        if (this.isOpen) host.observer?.end(task, index, ms, value)
        this.#keep(index, value)
      },
      rejected: (error) => {
        if (this.isOpen) host.observer?.error(task, index, performance.now() - startedAt, error)
        this.fail(error)
      },
      left: () => {
        this.#itemLeft()
        if (this.isOpen && !this.#isExhausted) this.start()
      },
    })
    void attempts.make()
  }

  #itemLeft(): void {
    this.#inFlight--
    this.host.slots?.release()
  }

  #keep(index: number, value: unknown): void {
    if (!this.isOpen) return
    this.results[index] = value
    this.#settled++
    this.#finishIfDone()
  }

  #finishIfDone(): void {
    if (!this.isOpen || !this.#isExhausted || this.#settled < this.#started) return
    this.isOpen = false
    this.host.fulfilled(this.task, this.results)
  }
}

class SyncEachRun extends EachRun {
  readonly #items: SyncItems
  #isStarting = false

  constructor(host: Host, task: number, isDirect: boolean, items: SyncItems) {
    super(host, task, isDirect, items.count)
    this.#items = items
  }

  start(): void {
    if (this.host.slots) {
      if (this.hasRoom) this.stand()
      return
    }
    // A body that ends at once comes back here: the loop goes on, the stack stays flat.
    if (this.#isStarting) return
    this.#isStarting = true
    while (this.hasRoom && this.#advance()) this.startItem(this.#items.current)
    this.#isStarting = false
  }

  enter(): void {
    if (this.isOpen && this.#advance()) {
      this.startItem(this.#items.current)
      this.start()
    } else this.host.slots?.release()
  }

  override stop(): void {
    super.stop()
    this.#items.close()
  }

  #advance(): boolean {
    try {
      if (this.#items.advance()) return true
      this.exhausted()
    } catch (error) {
      this.fail(error)
    }
    return false
  }
}

class AsyncEachRun extends EachRun {
  readonly #items: AsyncItems
  /** An item is being waited for, or has come and waits for a slot. */
  #isBusy = false

  constructor(host: Host, task: number, isDirect: boolean, items: AsyncItems) {
    super(host, task, isDirect, undefined)
    this.#items = items
  }

  start(): void {
    if (this.#isBusy || !this.hasRoom) return
    this.#isBusy = true
    this.#items.advance().then(
      (hasItem) => this.#came(hasItem),
      (error) => this.fail(error),
    )
  }

  enter(): void {
    if (this.isOpen) this.#startCurrent()
    else this.host.slots?.release()
  }

  override stop(): void {
    super.stop()
    this.#items.close()
  }

  #came(hasItem: boolean): void {
    if (!this.isOpen) return
    if (!hasItem) this.exhausted()
    else if (this.host.slots) this.stand()
    else this.#startCurrent()
  }

  #startCurrent(): void {
    this.#isBusy = false
    this.startItem(this.#items.current)
    this.start()
  }
}

export type { EachRun }

/** @param isDirect the body is a plain function without attempts, and nobody watches. */
export function eachRun(
  host: Host,
  task: number,
  items: SyncItems | AsyncItems,
  isDirect: boolean,
): EachRun {
  return items.isAsync
    ? new AsyncEachRun(host, task, isDirect, items)
    : new SyncEachRun(host, task, isDirect, items)
}
