import { TaskCancelledError } from '@conc/core'
import type { Cancellation } from '@conc/core/internal'
import type { AnyBody } from '../builder/steps.js'
import { WeavePendingLimitError } from '../errors.js'
import { optionsOf } from '../plan/graph.js'
import { Attempts } from './attempts.js'
import { callItem } from './bare-body.js'
import { BodyContext } from './body-context.js'
import { callHeld } from './call-held.js'
import { type Dependencies, dependenciesOf } from './dependencies.js'
import { following } from './following.js'
import type { Entrant, Hold, Ticket } from './gate.js'
import type { Host } from './host.js'
import type { ItemRecord } from './ledger.js'
import { Pace } from './pace.js'
import { Piece } from './piece.js'
import { type Route, routeOf } from './route.js'
import { isThenable, promiseOf } from './thenable.js'

/** The run of one mapped task: starts items in order while there is room, and collects what they give. */
export abstract class EachRun implements Entrant, ItemRecord {
  readonly results: unknown[]
  readonly durations: number[] | undefined
  protected readonly host: Host
  protected readonly task: number
  protected isOpen = true
  readonly #deps: Dependencies
  readonly #workers: number
  readonly #priority: number
  readonly #isRepeated: boolean
  readonly #pace: Pace | undefined
  /** Tells the bodies of the items to stop. */
  readonly #cancellation: Cancellation
  readonly #untie: (() => void) | undefined
  /** `undefined`: the body is called as it is. */
  readonly #route: Route | undefined
  #isStanding = false
  #ticket: Ticket | undefined
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
    const perMinute = options.perMinute ?? options.limitPerMinute ?? Number.POSITIVE_INFINITY
    if (perMinute !== Number.POSITIVE_INFINITY) this.#pace = new Pace(perMinute, host.alarms)
    const own = host.isIndependent ? following(host.cancellation) : undefined
    this.#cancellation = own?.cancellation ?? host.cancellation
    this.#untie = own?.untie
    this.#route = isDirect && own === undefined ? undefined : routeOf(host, task)
  }

  get count(): number {
    return this.#started
  }

  /** Starts what may start now. */
  abstract start(): void
  /** The turn of the item that was read has come. */
  protected abstract startNext(hold: Hold | undefined): void

  /** The run is over, or an item failed: no item starts any more. */
  stop(): void {
    this.isOpen = false
    this.#ticket?.leave()
  }

  enter(hold: Hold | undefined): void {
    this.#isStanding = false
    this.#ticket = undefined
    if (!this.isOpen) {
      hold?.end()
      this.#pace?.passed()
      return
    }
    this.startNext(hold)
    this.#pace?.started()
    if (this.isOpen) this.start()
  }

  /** Whether an item has to wait for more than its place in the order. */
  protected get hasToStand(): boolean {
    return this.host.gate !== undefined || this.#pace !== undefined
  }

  protected get hasRoom(): boolean {
    return this.isOpen && this.#inFlight < this.#workers
  }

  /** Asks for the start of the item that was read: `enter` is called when it may be. */
  protected stand(): void {
    if (this.#isStanding) return
    this.#isStanding = true
    if (this.#pace) this.#pace.turn(() => this.#ask())
    else this.#ask()
  }

  #ask(): void {
    const { gate } = this.host
    if (gate === undefined || !this.isOpen) this.enter(undefined)
    else this.#ticket = gate.ask(this, this.#priority)
  }

  protected exhausted(): void {
    this.#isExhausted = true
    this.#finishIfDone()
  }

  protected fail(error: unknown): void {
    if (!this.isOpen) return
    this.stop()
    if (this.host.isIndependent) this.#stopSiblings(error)
    this.host.rejected(this.task, error)
  }

  protected startItem(item: unknown, hold?: Hold): void {
    const index = this.#started++
    this.#inFlight++
    if (index >= this.host.maxPending) {
      this.#itemLeft(hold)
      this.fail(new WeavePendingLimitError(this.#name, this.host.maxPending))
    } else if (this.#route) this.#attempt(this.#route, item, index, hold)
    else this.#call(item, index, hold)
  }

  /** The common case: nothing but slots is asked for. */
  #call(item: unknown, index: number, hold: Hold | undefined): void {
    const { host, task } = this
    const body = host.bodies[task] as AnyBody
    host.bodyBegan()
    let made: unknown
    let isLater: boolean
    try {
      made = hold
        ? callHeld(host, task, hold, (context) => body(item, this.#deps, context), index)
        : callItem(new BodyContext(host, task, index), body, item, this.#deps)
      isLater = isThenable(made)
    } catch (error) {
      this.#threw(error, item, index, hold)
      return
    }
    if (!isLater) this.#done(index, made, hold)
    else if (this.#isRepeated || hold) this.#expect(made, item, index, hold)
    else promiseOf(made).then((value) => this.#arrived(index, value, undefined), this.#failed)
  }

  #expect(promise: unknown, item: unknown, index: number, hold: Hold | undefined): void {
    promiseOf(promise).then(
      (value) => this.#arrived(index, value, hold),
      (error) => this.#threw(error, item, index, hold),
    )
  }

  #threw(error: unknown, item: unknown, index: number, hold: Hold | undefined): void {
    if (this.#isRepeated) {
      const route = routeOf(this.host, this.task)
      this.#attempt(route, item, index, hold, { error })
      this.host.bodyEnded()
    } else {
      this.#bodyLeft(hold)
      this.fail(error)
    }
  }

  /** One for all items: where nothing is repeated or held, it does not matter which one it was. */
  readonly #failed = (error: unknown): void => {
    this.#bodyLeft(undefined)
    this.fail(error)
  }

  #done(index: number, value: unknown, hold: Hold | undefined): void {
    this.#bodyLeft(hold)
    this.#keep(index, value)
  }

  #arrived(index: number, value: unknown, hold: Hold | undefined): void {
    this.#done(index, value, hold)
    if (this.isOpen && !this.#isExhausted) this.start()
  }

  /** @param failed what the first attempt threw, where it was a plain call. */
  #attempt(
    route: Route,
    item: unknown,
    index: number,
    hold: Hold | undefined,
    failed?: { readonly error: unknown },
  ): void {
    const { host, task } = this
    const startedAt = performance.now()
    const facts = { item, index, cancellation: this.#cancellation, pace: this.#pace }
    const piece = new Piece(host, route, this.#deps, facts)
    const receiver = {
      fulfilled: (value: unknown) => {
        const ms = performance.now() - startedAt
        this.durations?.push(ms)
        if (this.isOpen) host.observer?.end(task, index, ms, value)
        this.#keep(index, value)
      },
      rejected: (error: unknown) => {
        if (this.isOpen) host.observer?.error(task, index, performance.now() - startedAt, error)
        this.fail(error)
      },
      left: () => {
        this.#inFlight--
        if (this.isOpen && !this.#isExhausted) this.start()
      },
    }
    void new Attempts(piece, receiver, hold).make(failed)
  }

  #bodyLeft(hold: Hold | undefined): void {
    this.#itemLeft(hold)
    this.host.bodyEnded()
  }

  #itemLeft(hold: Hold | undefined): void {
    this.#inFlight--
    hold?.end()
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
    this.#untie?.()
    this.host.fulfilled(this.task, this.results)
  }

  /** The run goes on: only the other items are told. */
  #stopSiblings(cause: unknown): void {
    const message = `An item of task '${this.#name}' failed, and the others were stopped.`
    const reason = new TaskCancelledError(message, { origin: 'sibling', cause })
    this.#untie?.()
    this.host.observer?.itemsStopped(this.task, reason)
    this.#cancellation.cancel(reason)
  }

  get #name(): string {
    return this.host.graph.names[this.task] as string
  }
}
