import { performance } from 'node:perf_hooks'
import type { Station } from '@conc/core/internal'
import type { Attempt } from '../calls/attempt.js'

/** The slots of one thread, and when they were last used; from `performance.now()`. */
export class ThreadSlots implements Station<Attempt> {
  /** How many it has put into the pool's line. */
  capacity = 0
  /** How many are in use. */
  running = 0
  /** Whoever comes back finds a slot: a thread keeps some as long as bodies on it wait, however old it is. */
  readonly isRetiring = false
  idleSince: number = performance.now()
  lastStart = 0
  readonly #onResume: () => void

  /** @param onResume called when a body has its slot again, before it is told. */
  constructor(onResume: () => void) {
    this.#onResume = onResume
  }

  get hasFree(): boolean {
    return this.running < this.capacity
  }

  /** Slots that nobody holds go out of use. @returns how many. */
  removeSpare(): number {
    const spare = Math.max(this.capacity - this.running, 0)
    this.capacity -= spare
    return spare
  }

  take(attempt: Attempt, now: number): void {
    this.running++
    attempt.holdsSlot = true
    attempt.slotSince = this.lastStart = now
  }

  /** A body that waited for its nested calls goes on. */
  resume(attempt: Attempt): void {
    this.take(attempt, performance.now())
    this.#onResume()
  }

  giveBack(attempt: Attempt, now: number): void {
    this.running--
    attempt.holdsSlot = false
    this.idleSince = now
  }
}
