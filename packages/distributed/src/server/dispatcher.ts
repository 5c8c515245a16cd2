import type { Executor } from '@conc/core'
import { ExecutorClosedError, type ExecutorError, QueueFullError } from '@conc/core'
import type { CallRoute } from '../calls/call-route.js'
import { FairQueue } from './fair-queue.js'
import type { ServedCall } from './served-call.js'

/** Gives calls to the executor as it has room for them, one session after the other. */
export class Dispatcher {
  readonly #executor: Executor
  readonly #route: CallRoute
  readonly #queue = new FairQueue<ServedCall>()
  readonly #waitsFor: AbortController = new AbortController()
  #out = 0
  #isWaiting = false

  constructor(executor: Executor, route: CallRoute) {
    this.#executor = executor
    this.#route = route
  }

  get waiting(): number {
    return this.#queue.size
  }

  /** Calls that the executor has. */
  get out(): number {
    return this.#out
  }

  accept(call: ServedCall): void {
    if (this.#queue.size === 0 && this.#hasRoom) {
      this.#send(call)
      return
    }
    if (this.#isFull) {
      call.refuse(this.#fullError(call))
      return
    }
    this.#queue.add(call.queue, call)
    call.waits()
    this.#go()
  }

  withdrawn(call: ServedCall): void {
    this.#queue.delete(call.queue, call)
  }

  /** A call that the executor had is over. */
  over(): void {
    this.#out--
    this.#go()
  }

  /** Waits for nothing any more. */
  close(): void {
    this.#waitsFor.abort()
  }

  get #hasRoom(): boolean {
    const { concurrency, running, waiting } = this.#executor.load
    return running + waiting < concurrency
  }

  /** What waits here waits for the executor too: its limit holds for both. */
  get #isFull(): boolean {
    const { waiting, queueLimit } = this.#executor.load
    return waiting + this.waiting >= queueLimit
  }

  #fullError({ request }: ServedCall): QueueFullError {
    const { name: executor, load } = this.#executor
    const message = `Executor '${executor}' has ${load.queueLimit} calls waiting, its queueLimit.`
    return new QueueFullError(message, { task: request.task, executor, started: false })
  }

  #send(call: ServedCall): void {
    this.#out++
    call.goes((request, owner) => this.#route.send(request, owner))
  }

  #go(): void {
    while (this.#queue.size > 0 && this.#hasRoom) this.#next()
    // With calls of ours in it, the end of one of them tells; else somebody else has filled it.
    if (this.#queue.size > 0 && this.#out === 0 && !this.#isWaiting) void this.#wait()
  }

  #next(): void {
    const call = this.#queue.take()
    if (call) this.#send(call)
  }

  async #wait(): Promise<void> {
    this.#isWaiting = true
    try {
      await this.#executor.ready({ signal: this.#waitsFor.signal })
      // Whatever its load says: it has said that it takes one.
      this.#next()
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
