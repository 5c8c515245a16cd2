import type { Call } from '../calls/call.js'
import type { Dependent } from '../calls/cancellation.js'
import { type Deferred, deferred } from '../deferred.js'
import { currentFrame } from '../running/frame.js'
import type { Line, Place } from './line.js'
import { type Borrower, Slot } from './slot.js'

/** One attempt's place in a line, as a promise: it resolves with a slot in hand, and keeps the caller's async context. */
export class Turn implements Borrower, Dependent {
  list: Place['list']
  next: Place['next']
  prev: Place['prev']
  readonly #line: Line
  readonly #call: Call
  readonly #came: Deferred<void> = deferred()
  #giveBack: () => void = () => this.#line.release()

  /** Stands in line at once, and may borrow the slot of the task around it. */
  constructor(line: Line, call: Call, priority: number) {
    this.#line = line
    this.#call = call
    line.join(this, priority)
    call.cancellation.add(this)
    currentFrame()
      ?.slots?.find((slot) => slot.line === line)
      ?.lendTo(this)
  }

  /** Resolves with the slot in hand; rejects with the call's reason, holding none, when interrupted before. */
  async taken(): Promise<Slot> {
    const call = this.#call
    const { cancellation } = call
    try {
      await this.#came.promise
    } finally {
      cancellation.remove(this)
    }
    const slot = new Slot(this.#line, this.#giveBack)
    if (cancellation.isCancelled) {
      slot.end()
      throw cancellation.reason
    }
    call.isStarted = true
    return slot
  }

  enter(): void {
    this.#came.resolve()
  }

  borrow(giveBack: () => void): void {
    this.#giveBack = giveBack
    this.#came.resolve()
  }

  cancelled(reason: unknown): void {
    if (this.#line.leave(this)) this.#came.reject(reason)
  }
}
