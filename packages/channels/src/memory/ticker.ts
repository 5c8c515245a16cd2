import { checkDuration, Timer } from '@conc/core/internal/base'
import type { Channel } from '../channel/channel.js'
import { MemoryChannel } from './memory-channel.js'

/**
 * A channel with a tick every `ms` milliseconds: how many there were so far. It keeps one; ticks that nobody takes in
 * time are dropped. `close()` stops it.
 *
 * @param ms above 0.
 * @throws {InvalidOptionError}
 * @example
 * for await (const count of ticker(1000)) if (count === 10) break
 */
export function ticker(ms: number): Channel<never, number> {
  checkDuration('ms', ms)
  return new Ticker(ms)
}

class Ticker extends MemoryChannel<number, number> {
  #timer: Timer
  #ticks = 0

  constructor(ms: number) {
    super('ticker', 1, 'dropping')
    this.#timer = this.#next(ms)
  }

  override waitsChanged(): void {
    this.#timer.hold(this.waits())
  }

  protected override end(options: { error?: unknown; discard?: boolean }): void {
    this.#timer.clear()
    super.end(options)
  }

  #next(ms: number): Timer {
    const timer = new Timer(ms, () => {
      this.#timer = this.#next(ms)
      this.putNow(++this.#ticks)
    })
    timer.hold(this.waits())
    return timer
  }
}
