import { checkDuration, checkKeys, checkLimit, checkObject, Timer } from '@conc/core/internal'
import type { WorkerPoolOptions } from '../options/pool-options.js'

export interface RespawnSettings {
  readonly minMs: number
  readonly maxMs: number
  readonly budget: number
  readonly windowMs: number
}

/** A place that has failed is tried again so often, while others live. */
const failedRetryMs = 60_000

/** When the worker of one place may be started again: sooner or later as it dies young, and not at all where it always does. */
export class Respawn {
  readonly #settings: RespawnSettings
  readonly #deaths: number[] = []
  #pauseMs: number
  #timer: Timer | undefined

  constructor(settings: RespawnSettings) {
    this.#settings = settings
    this.#pauseMs = settings.minMs
  }

  /**
   * A worker was lost.
   *
   * @param livedMs how long it lived.
   * @returns whether the place has failed.
   */
  died(now: number, livedMs: number): boolean {
    const { minMs, budget, windowMs } = this.#settings
    if (livedMs > windowMs) this.#pauseMs = minMs
    this.#deaths.push(now)
    while ((this.#deaths[0] ?? now) < now - windowMs) this.#deaths.shift()
    return this.#deaths.length >= budget
  }

  /** Calls `start` after the pause. */
  after(hasFailed: boolean, start: () => void): void {
    const { maxMs } = this.#settings
    this.end()
    this.#timer = new Timer(hasFailed ? failedRetryMs : this.#pauseMs, start)
    // Waiting work holds the process, so the pause need not.
    this.#timer.hold(false)
    this.#pauseMs = Math.min(this.#pauseMs * 2, maxMs)
  }

  end(): void {
    this.#timer?.clear()
    this.#timer = undefined
  }
}

/** @throws {InvalidOptionError} */
export function respawnOf(respawn: WorkerPoolOptions['respawn'] = {}): RespawnSettings {
  checkObject('respawn', respawn)
  checkKeys('respawn', respawn, ['minMs', 'maxMs', 'budget', 'windowMs'])
  const { minMs = 100 } = respawn
  checkDuration('respawn.minMs', minMs)
  const { maxMs = Math.max(5000, minMs), budget = 5, windowMs = 30_000 } = respawn
  checkDuration('respawn.maxMs', maxMs)
  checkLimit('respawn.budget', budget)
  checkDuration('respawn.windowMs', windowMs)
  return { minMs, maxMs, budget, windowMs }
}
