import type { Alarms } from './alarms.js'

/**
 * Keeps the starts of one mapped task apart. One at a time has the turn, from the moment its time has come until it
 * has started, so that those who then wait for a slot do not start in a bunch.
 */
export class Pace {
  readonly #gapMs: number
  readonly #alarms: Alarms
  readonly #waiting: (() => void)[] = []
  #nextAt = Number.NEGATIVE_INFINITY
  #isTaken = false

  constructor(perMinute: number, alarms: Alarms) {
    this.#gapMs = 60_000 / perMinute
    this.#alarms = alarms
  }

  /** Calls `go` when an attempt may start; it then says `started()` or `passed()`. */
  turn(go: () => void): void {
    this.#waiting.push(go)
    this.#serve()
  }

  started(): void {
    this.#nextAt = performance.now() + this.#gapMs
    this.passed()
  }

  /** Whoever had the turn starts nothing. */
  passed(): void {
    this.#isTaken = false
    this.#serve()
  }

  #serve(): void {
    if (this.#isTaken || this.#waiting.length === 0) return
    this.#isTaken = true
    this.#wait()
  }

  #wait(): void {
    const leftMs = this.#nextAt - performance.now()
    if (leftMs <= 0) this.#waiting.shift()?.()
    // An alarm may ring early by a fraction of a millisecond.
    else this.#alarms.set(leftMs, () => this.#wait())
  }
}
