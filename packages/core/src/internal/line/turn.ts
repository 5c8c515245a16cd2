import type { Call } from '../calls/call.js'
import type { Dependent } from '../calls/cancellation.js'
import { type Deferred, deferred } from '../deferred.js'
import { slotAround } from '../running/frame.js'
import type { Line, Place } from './line.js'
import { type Borrower, Slot } from './slot.js'

/** One attempt's place in a line, with a promise of its turn, so that the body keeps the caller's async context. */
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
    slotAround(line)?.lendTo(this)
  }

  /** Resolves when the slot is there for `take()`; rejects with the call's reason when interrupted before. */
  get came(): Promise<void> {
    return this.#came.promise
  }

  /** The slot, once it has come. Throws the reason of a call that was interrupted meanwhile, holding none. */
  take(): Slot {
    const call = this.#call
    const { cancellation } = call
    cancellation.remove(this)
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
