import { deferred } from './deferred.js'
import { currentFrame } from './frame.js'
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
  #isSuspended = false
  /** Pending while the slot is being taken again. */
  #retaken: Promise<void> | undefined
  readonly #children = new Set<Borrower>()

  /** @param giveBack returns the slot to where it came from. */
  constructor(line: Line, giveBack: () => void) {
    this.line = line
    this.#giveBack = giveBack
  }

  /** Lets a nested call, which stands in the line already, use this slot should no other be free. */
  lendTo(child: Borrower): void {
    if (this.#isOver) return
    this.#children.add(child)
    // A free slot of the line is given out in a microtask that was queued before this one.
    queueMicrotask(() => this.#lend())
  }

  /** The task has settled. A nested call that is still on the slot keeps it until its own end. */
  end(): void {
    this.#isOver = true
    this.#children.clear()
    if (!this.#isLent) this.#return()
  }

  /** Gives the slot up while `wait` is pending and takes one again, ahead of the line, before it returns. */
  async suspend<T>(wait: () => T | PromiseLike<T>): Promise<Awaited<T>> {
    if (this.#isOver || this.#isSuspended) return await wait()
    this.#isSuspended = true
    if (!this.#isLent) this.#return()
    try {
      return await wait()
    } finally {
      this.#isSuspended = false
      await this.#haveAgain()
      // Calls that were made meanwhile have not all found a slot of their own.
      this.#lend()
    }
  }

  #lend(): void {
    if (this.#isLent || this.#isOver || this.#giveBack === undefined) return
    for (const child of this.#children) {
      this.#children.delete(child)
      if (!this.line.leave(child)) continue
      this.#isLent = true
      child.borrow(() => this.#comesBack())
      return
    }
  }

  #comesBack(): void {
    this.#isLent = false
    if (this.#isOver || this.#isSuspended) this.#return()
    else this.#lend()
  }

  #return(): void {
    const giveBack = this.#giveBack
    this.#giveBack = undefined
    giveBack?.()
  }

  /** Waits that end shortly one after the other come back to the same slot. */
  async #haveAgain(): Promise<void> {
    if (this.#giveBack !== undefined) return
    this.#retaken ??= this.#takeAgain()
    await this.#retaken
  }

  async #takeAgain(): Promise<void> {
    const turn = deferred<() => void>()
    const place: Borrower = {
      list: undefined,
      next: undefined,
      prev: undefined,
      enter: () => turn.resolve(() => this.line.release()),
      borrow: turn.resolve,
    }
    this.line.joinFront(place)
    // A task that ran on the slot of the one around it may find that one holding the last slot again.
    this.#lender()?.lendTo(place)
    this.#giveBack = await turn.promise
    this.#retaken = undefined
    if (this.#isOver) this.#return()
  }

  #lender(): Slot | undefined {
    const slots = currentFrame()?.slots ?? []
    return slots.slice(slots.indexOf(this) + 1).find((slot) => slot.line === this.line)
  }
}
