import type { Executor } from '@conc/core'
import { ExecutorClosedError, type ExecutorError } from '@conc/core'
import { queueFull } from '@conc/core/internal'
import type { CallRoute } from '../calls/call-route.js'
import { comesBefore } from '../coordinator/call-order.js'
import { FairQueue } from './fair-queue.js'
import type { ServedCall } from './served-call.js'

/** Gives calls to the executor as it has room for them, one session after the other. */
export class Dispatcher {
  readonly #executor: Executor
  readonly #route: CallRoute
  readonly #queue = new FairQueue<ServedCall>()
  readonly #waitsFor: AbortController = new AbortController()
  readonly #stopOffering: (() => void) | undefined
  #out = 0
  #isWaiting = false

  constructor(executor: Executor, route: CallRoute) {
    this.#executor = executor
    this.#route = route
    this.#stopOffering = route.beforeNext?.((next) => {
      const { first } = this.#queue
      if (first && comesBefore(first, next)) this.#next()
    })
  }

  get waiting(): number {
    return this.#queue.size
  }

  /** Calls that the executor has. */
  get out(): number {
    return this.#out
  }

  accept(call: ServedCall): void {
    if (this.#mayGo(call)) {
      this.#send(call)
      return
    }
    if (this.#isFull) {
      call.refuse(this.#fullError(call))
      return
    }
    this.#queue.add(call)
    call.waits()
    this.#go()
  }

  withdrawn(call: ServedCall): void {
    this.#queue.delete(call)
  }

  /** A call that the executor had is over. */
  over(): void {
    this.#out--
    this.#go()
  }

  /** To be called now and then: one that loses what is behind it says so to each call, and is never ready. */
  look(): void {
    if (this.#isWaiting) this.#go()
  }

  /** Whether a body of the executor has this id, as far as that is known here. */
  isLive(taskId: string): boolean {
    return this.#route.isLive?.(taskId) ?? false
  }

  /** Waits for nothing any more. */
  close(): void {
    this.#waitsFor.abort()
    this.#stopOffering?.()
  }

  #mayGo({ request }: ServedCall): boolean {
    if (this.#queue.size === 0 && this.#hasRoom) return true
    return this.#route.lendsSlot?.(request) === true
  }

  get #hasRoom(): boolean {
    const { concurrency, running, waiting } = this.#executor.load
    // Where there is nobody who could run it, the executor knows whether to wait: it may refuse it instead.
    if (concurrency === 0 && this.#route.room === undefined) return true
    return running + waiting < concurrency
  }

  /** What waits here waits for the executor too: its limit holds for both. */
  get #isFull(): boolean {
    const { waiting, queueLimit } = this.#executor.load
    return waiting + this.waiting >= queueLimit
  }

  #fullError({ request }: ServedCall): ExecutorError {
    const { name: executor, load } = this.#executor
    return queueFull(executor, load.queueLimit, { task: request.task, started: false })
  }

  #send(call: ServedCall): void {
    this.#out++
    call.goes(this.#route)
  }

  #go(): void {
    while (this.#queue.size > 0 && this.#hasRoom) this.#next()
    if (this.#queue.size > 0 && !this.#isWaiting && this.#hasToWait) void this.#wait()
  }

  /** With calls of ours in it, the end of one of them tells; but slots are also free where bodies wait for others. */
  get #hasToWait(): boolean {
    if (this.#out === 0 || this.#route.room !== undefined) return true
    return this.#executor.load.queueLimit === Number.POSITIVE_INFINITY
  }

  #next(): void {
    const call = this.#queue.take()
    if (call) this.#send(call)
  }

  async #wait(): Promise<void> {
    this.#isWaiting = true
    try {
      const { signal } = this.#waitsFor
      if (this.#route.room) await this.#route.room(signal)
      else {
        await this.#executor.ready({ signal })
        // Whatever its load says: it has said that it takes one.
        this.#next()
      }
    } catch (error) {
      this.#refuseAll(error)
    }
    this.#isWaiting = false
    this.#go()
  }

  #refuseAll(cause: unknown): void {
    const { name } = this.#executor
    for (let call = this.#queue.take(); call; call = this.#queue.take()) {
      const names = { task: call.request.task, executor: name, started: false }
      const error: ExecutorError = new ExecutorClosedError(`Executor '${name}' takes no calls.`, {
        ...names,
        cause,
      })
      call.refuse(error)
    }
  }
}
