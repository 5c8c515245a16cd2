import { deferred } from './deferred.js'
import type { Line, Place } from './line.js'

/** A place that can also run on a slot which somebody else holds. */
export interface Borrower extends Place {
  /** Called instead of `enter()`: the slot is lent, and goes back by `giveBack`. Must not throw. */
  borrow(giveBack: () => void): void
}

/**
 * The slot under one running task. While the task waits for its own nested calls it lends the slot to them,
 * one at a time, so that recursion deeper than the pool never hangs; while it waits for something else
 * (`whileSuspended`) it gives the slot up.
 */
export class Slot {
  readonly line: Line
  #giveBack: (() => void) | undefined
  #isLent = false
  #isOver = false
  readonly #children: Borrower[] = []

  /** @param giveBack returns the slot to where it came from. */
  constructor(line: Line, giveBack: () => void) {
    this.line = line
    this.#giveBack = giveBack
  }

  /** Lets a nested call, which stands in the line already, use this slot should no other be free. */
  lendTo(child: Borrower): void {
    if (this.#isOver) return
    this.#children.push(child)
    // A free slot of the line is given out in a microtask that was queued before this one.
    queueMicrotask(() => this.#lend())
  }

  /** The task has settled. A nested call that is still on the slot keeps it until its own end. */
  end(): void {
    this.#isOver = true
    this.#children.length = 0
    if (!this.#isLent) this.#return()
  }

  /** Gives the slot up while `wait` is pending and takes one again, ahead of the line, before it returns. */
  async suspend<T>(wait: () => T | PromiseLike<T>): Promise<Awaited<T>> {
    if (this.#isOver || this.#isLent || this.#giveBack === undefined) return await wait()
    this.#return()
    try {
      return await wait()
    } finally {
      await this.#takeAgain()
    }
  }

  #lend(): void {
    if (this.#isLent || this.#isOver || this.#giveBack === undefined) return
    for (let child = this.#children.shift(); child !== undefined; child = this.#children.shift()) {
      if (!this.line.leave(child)) continue
      this.#isLent = true
      child.borrow(() => this.#comesBack())
      return
    }
  }

  #comesBack(): void {
    this.#isLent = false
    if (this.#isOver) this.#return()
    else this.#lend()
  }

  #return(): void {
    const giveBack = this.#giveBack
    this.#giveBack = undefined
    giveBack?.()
  }

  async #takeAgain(): Promise<void> {
    const turn = deferred()
    this.line.joinFront({
      list: undefined,
      next: undefined,
      prev: undefined,
      enter: () => turn.resolve(),
    })
    await turn.promise
    this.#giveBack = () => this.line.release()
    if (this.#isOver) this.#return()
  }
}
