import type { Line, Place } from './line.js'

/** A place that can also run on a slot which somebody else holds. */
export interface Borrower extends Place {
  /** Called instead of `enter()`: the slot is lent, and goes back by `giveBack`. Must not throw. */
  borrow(giveBack: () => void): void
}

/** Something that a body asks of the thread that gave it its work. */
export interface AskedAbove {
  /** Rejects also where there is nobody to answer. */
  readonly answer: Promise<unknown>
  /** It is not waited for any more; an answer may come all the same. */
  giveUp(): void
}

/**
 * The slot under one running task. While the task waits for its own nested calls it lends the slot to them,
 * one at a time, so that recursion deeper than the pool never hangs.
 */
export class Slot {
  readonly line: Line
  #giveBack: (() => void) | undefined
  #isLent = false
  #isOver = false
  #children: Set<Borrower> | undefined

  /** @param giveBack returns the slot to where it came from. */
  constructor(line: Line, giveBack: () => void) {
    this.line = line
    this.#giveBack = giveBack
  }

  /** Whether its task has settled. */
  get isOver(): boolean {
    return this.#isOver
  }

  /** Whether a nested call that the task waits for would have the slot at once. */
  get isLendable(): boolean {
    return !this.#isOver && !this.#isLent && (this.#children?.size ?? 0) === 0
  }

  /** Lets a nested call, which stands in the line already, use this slot should no other be free. */
  lendTo(child: Borrower): void {
    if (this.#isOver) return
    this.#children ??= new Set()
    this.#children.add(child)
    // A free slot of the line is given out in a microtask that was queued before this one.
    queueMicrotask(() => this.#lend())
  }

  /** The task has settled. A nested call that is still on the slot keeps it until its own end. */
  end(): void {
    this.#isOver = true
    this.#children = undefined
    if (!this.#isLent) this.#return()
  }

  /**
   * Runs a wait of the task for something that is no nested call. This slot is kept meanwhile; an executor whose
   * bodies can give theirs up overrides it.
   */
  async suspend<T>(wait: () => T | PromiseLike<T>): Promise<Awaited<T>> {
    return await wait()
  }

  /**
   * Asks the thread above, where this body has its work from: calls what its module `service` exports as `answer`, within
   * the surroundings of the call. Absent where that is this thread.
   */
  ask?(service: string, request: unknown): AskedAbove

  #lend(): void {
    const children = this.#children
    if (this.#isLent || children === undefined) return
    for (const child of children) {
      children.delete(child)
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
    if (this.isLendable) this.line.changed()
  }

  #return(): void {
    const giveBack = this.#giveBack
    this.#giveBack = undefined
    giveBack?.()
  }
}
