import type { Place } from '@conc/core/internal'
import type { AnyBody } from '../builder/steps.js'
import { optionsOf } from '../plan/graph.js'
import { Attempts } from './attempts.js'
import { BodyContext } from './body-context.js'
import { type Dependencies, dependenciesOf } from './dependencies.js'
import type { Host } from './host.js'
import type { ItemRecord } from './ledger.js'
import { Piece } from './piece.js'
import { type Route, routeOf } from './route.js'
import { isThenable, promiseOf } from './thenable.js'

/** The run of one mapped task: starts items in order while there is room, and collects what they give. */
export abstract class EachRun implements Place, ItemRecord {
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
  readonly #isRepeated: boolean
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
    this.#isRepeated = (options.retries ?? 0) !== 0
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
    let made: unknown
    let isLater: boolean
    try {
      const body = host.graph.bodies[task] as AnyBody
      made = body(item, this.#deps, new BodyContext(host, task, index))
      isLater = isThenable(made)
    } catch (error) {
      this.#threw(error, item, index)
      return
    }
    if (!isLater) this.#done(index, made)
    else if (this.#isRepeated) this.#expect(made, item, index)
    else promiseOf(made).then((value) => this.#arrived(index, value), this.#failed)
  }

  #expect(promise: unknown, item: unknown, index: number): void {
    promiseOf(promise).then(
      (value) => this.#arrived(index, value),
      (error) => this.#threw(error, item, index),
    )
  }

  #threw(error: unknown, item: unknown, index: number): void {
    if (this.#isRepeated) this.#attempt(routeOf(this.host, this.task), item, index, { error })
    else this.#failed(error)
  }

  /** One for all items: where nothing is repeated, it does not matter which one it was. */
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

  /** @param failed what the first attempt threw, where it was a plain call. */
  #attempt(route: Route, item: unknown, index: number, failed?: { readonly error: unknown }): void {
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
    void attempts.make(failed)
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
