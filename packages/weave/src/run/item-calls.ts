import type { Cancellation } from '@conc/core/internal'
import type { AnyBody } from '../builder/steps.js'
import { optionsOf } from '../plan/graph.js'
import { Attempts, type Receiver } from './attempts.js'
import { callItem } from './bare-body.js'
import { callHeld } from './call-held.js'
import { type Dependencies, dependenciesOf } from './dependencies.js'
import type { Hold } from './gate.js'
import type { Host } from './host.js'
import type { Pace } from './pace.js'
import { Piece } from './piece.js'
import { type Route, routeOf } from './route.js'
import { isThenable, promiseOf } from './thenable.js'

/** The mapped task, as the calls of its items tell it how they end. */
export interface ItemOwner {
  /** Milliseconds per finished item, in observed runs. */
  readonly durations: number[] | undefined
  /** Whether results still count. */
  readonly isOpen: boolean
  keep(index: number, value: unknown): void
  fail(error: unknown): void
  /** No body of the item runs any more. @param hold the slots under it, where they were not ended */
  left(hold: Hold | undefined): void
  /** There may be room for another item. */
  goOn(): void
}

interface ItemCallsInit {
  /** The body is called as it is. */
  readonly isDirect: boolean
  /** Tells the bodies of the items to stop. */
  readonly cancellation: Cancellation
  readonly pace: Pace | undefined
}

/** Calls the body of a mapped task for its items: as it is where that is all, else with attempts. */
export class ItemCalls {
  readonly #host: Host
  readonly #task: number
  readonly #owner: ItemOwner
  readonly #deps: Dependencies
  readonly #isRepeated: boolean
  /** `undefined`: the body is called as it is. */
  readonly #route: Route | undefined
  readonly #cancellation: Cancellation
  readonly #pace: Pace | undefined

  constructor(
    host: Host,
    task: number,
    owner: ItemOwner,
    { isDirect, cancellation, pace }: ItemCallsInit,
  ) {
    this.#host = host
    this.#task = task
    this.#owner = owner
    this.#deps = dependenciesOf(host.ledger, task)
    this.#isRepeated = (optionsOf(host.graph, task).retries ?? 0) !== 0
    this.#route = isDirect ? undefined : routeOf(host, task)
    this.#cancellation = cancellation
    this.#pace = pace
  }

  /** The item with this number begins. @param hold the slots under it */
  call(item: unknown, index: number, hold: Hold | undefined): void {
    if (this.#route) this.#attempt(this.#route, item, index, hold)
    else this.#direct(item, index, hold)
  }

  /** The common case: nothing but slots is asked for. */
  #direct(item: unknown, index: number, hold: Hold | undefined): void {
    const host = this.#host
    const task = this.#task
    const body = host.bodies[task] as AnyBody
    host.bodyBegan()
    let made: unknown
    let isLater: boolean
    try {
      made = hold
        ? callHeld(host, task, hold, (context) => body(item, this.#deps, context), index)
        : callItem(host, task, index, body, item, this.#deps)
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
      const route = routeOf(this.#host, this.#task)
      this.#attempt(route, item, index, hold, { error })
      this.#host.bodyEnded()
    } else {
      this.#bodyLeft(hold)
      this.#owner.fail(error)
    }
  }

  /** One for all items: where nothing is repeated or held, it does not matter which one it was. */
  readonly #failed = (error: unknown): void => {
    this.#bodyLeft(undefined)
    this.#owner.fail(error)
  }

  #done(index: number, value: unknown, hold: Hold | undefined): void {
    this.#bodyLeft(hold)
    this.#owner.keep(index, value)
  }

  #arrived(index: number, value: unknown, hold: Hold | undefined): void {
    this.#done(index, value, hold)
    this.#owner.goOn()
  }

  /** @param failed what the first attempt threw, where it was a plain call. */
  #attempt(
    route: Route,
    item: unknown,
    index: number,
    hold: Hold | undefined,
    failed?: { readonly error: unknown },
  ): void {
    const host = this.#host
    const startedAt = performance.now()
    const facts = { item, index, cancellation: this.#cancellation, pace: this.#pace }
    const piece = new Piece(host, route, this.#deps, facts)
    const receiver = this.#receiver(index, startedAt)
    void new Attempts(piece, receiver, hold).make(failed)
  }

  #receiver(index: number, startedAt: number): Receiver {
    const { observer } = this.#host
    const owner = this.#owner
    return {
      fulfilled: (value) => {
        const ms = performance.now() - startedAt
        owner.durations?.push(ms)
        if (owner.isOpen) observer?.end(this.#task, index, ms, value)
        owner.keep(index, value)
      },
      rejected: (error) => {
        const ms = performance.now() - startedAt
        if (owner.isOpen) observer?.error(this.#task, index, ms, error)
        owner.fail(error)
      },
      left: () => {
        owner.left(undefined)
        owner.goOn()
      },
    }
  }

  #bodyLeft(hold: Hold | undefined): void {
    this.#owner.left(hold)
    this.#host.bodyEnded()
  }
}
