import type { Line, Place } from '@conc/core/internal'
import type { Attempt } from './attempt.js'
import type { Thread } from './thread.js'

/**
 * The bodies of one thread whose last nested call has ended and that wait for a slot of their own thread to go on. They
 * come before all new work: a slot that gets free here passes straight to them.
 */
export class Resumption {
  readonly #thread: Thread
  readonly #line: Line
  readonly #waiting = new Map<Attempt, () => void>()
  /** Those that stand in the pool's line for a slot of this thread which is free already. */
  readonly #entering = new Map<Attempt, Returning>()

  constructor(thread: Thread, line: Line) {
    this.#thread = thread
    this.#line = line
  }

  /** Calls `deliver` as soon as the body has a slot again. */
  add(attempt: Attempt, deliver: () => void): void {
    const thread = this.#thread
    if (thread.running + this.#entering.size >= thread.capacity) {
      if (!thread.isRetiring) {
        this.#waiting.set(attempt, deliver)
        return
      }
      thread.capacity++
      this.#line.size++
    }
    const place = new Returning(() => this.#enter(attempt), deliver)
    this.#entering.set(attempt, place)
    this.#line.joinFront(place, Number.POSITIVE_INFINITY)
  }

  get isWaiting(): boolean {
    return this.#waiting.size > 0
  }

  /** Lets the next one go on, with a slot that just got free here. @returns whether there was one. */
  passOn(): boolean {
    for (const [attempt, deliver] of this.#waiting) {
      this.#waiting.delete(attempt)
      this.#thread.resume(attempt)
      deliver()
      return true
    }
    return false
  }

  /** The body has ended without waiting for its answer, which is delivered now. */
  forget(attempt: Attempt): void {
    if (this.#entering.size === 0 && this.#waiting.size === 0) return
    const place = this.#entering.get(attempt)
    const deliver = place?.deliver ?? this.#waiting.get(attempt)
    if (place) this.#line.leave(place)
    this.#entering.delete(attempt)
    this.#waiting.delete(attempt)
    deliver?.()
  }

  /** The thread is gone. */
  clear(): void {
    for (const place of this.#entering.values()) this.#line.leave(place)
    this.#entering.clear()
    this.#waiting.clear()
  }

  #enter(attempt: Attempt): void {
    const place = this.#entering.get(attempt)
    this.#entering.delete(attempt)
    this.#thread.resume(attempt)
    place?.deliver()
  }
}

class Returning implements Place {
  list: Place['list']
  next: Place | undefined
  prev: Place | undefined
  readonly enter: () => void
  readonly deliver: () => void

  constructor(enter: () => void, deliver: () => void) {
    this.enter = enter
    this.deliver = deliver
  }
}
