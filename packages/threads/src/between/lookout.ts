import { AsyncResource } from 'node:async_hooks'
import { performance } from 'node:perf_hooks'
import { setImmediate } from 'node:timers'
import { Patience } from './patience.js'
import type { RingReader } from './ring.js'

/** About what it takes to wake a thread. */
const longestMs = 0.025

/** About two microseconds. The rest of a turn takes as long, and meanwhile nobody looks. */
const looksInTurn = 200

/**
 * How an end waits for what comes on its ring. For a short time it looks again in each turn of its event loop: to be
 * woken costs both sides more than most calls do. Then it asks to be woken, and sleeps.
 */
export class Lookout {
  readonly #reader: RingReader
  readonly #onFound: () => void
  /** Whoever was here last may have begun the wait: what is found has nothing to do with his context. */
  readonly #context = new AsyncResource('conc.Lookout')
  readonly #patience = new Patience()
  #isLooking = false
  #hasTurn = false
  /** Until when this wait looks; 0: it has had no turn yet. */
  #until = 0

  /** @param onFound called when there is something to read. */
  constructor(reader: RingReader, onFound: () => void) {
    this.#reader = reader
    this.#onFound = onFound
  }

  /** Everything has been read. @returns `false` when something has come meanwhile. */
  rest(): boolean {
    return this.begin() || this.#reader.sleep()
  }

  /** Looks from now on, unless that was in vain of late. @returns whether it does. */
  begin(): boolean {
    this.#until = 0
    if (this.#isLooking) return true
    if (!this.#patience.takes()) return false
    this.#isLooking = true
    this.#reader.stayAwake()
    this.#nextTurn()
    return true
  }

  /** Something is being read. */
  end(): void {
    this.#isLooking = false
  }

  #nextTurn(): void {
    if (this.#hasTurn) return
    this.#hasTurn = true
    setImmediate(this.#turn)
  }

  readonly #turn = (): void => {
    this.#hasTurn = false
    if (!this.#isLooking) return
    const now = performance.now()
    if (this.#until === 0) this.#until = now + longestMs
    const isInTime = now < this.#until
    if (this.#hasMore()) this.#found(isInTime)
    else if (isInTime) this.#nextTurn()
    else this.#giveUp()
  }

  #hasMore(): boolean {
    for (let look = 0; look < looksInTurn; look++) if (this.#reader.hasMore) return true
    return false
  }

  /** @param isInTime else this thread did not have its core: on another one it would have been found long ago. */
  #found(isInTime: boolean): void {
    if (isInTime) this.#patience.rewarded()
    else this.#patience.disappointed()
    this.#context.runInAsyncScope(this.#onFound)
  }

  #giveUp(): void {
    this.#isLooking = false
    this.#patience.disappointed()
    if (!this.#reader.sleep()) this.#context.runInAsyncScope(this.#onFound)
  }
}
