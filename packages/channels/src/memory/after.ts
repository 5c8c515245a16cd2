import { checkPause, Timer } from '@conc/core/internal/base'
import type { Channel } from '../channel/channel.js'
import { MemoryChannel } from './memory-channel.js'

/**
 * A channel that delivers once, `ms` milliseconds from now, and ends. Holds the process only while somebody waits on it.
 *
 * @param ms at least 0; Infinity never comes.
 * @throws {InvalidOptionError}
 * @example
 * const first = await select({ answer: recv(answers), late: after(1000) })
 */
export function after(ms: number): Channel<never, void> {
  checkPause('ms', ms)
  return new After(ms)
}

class After extends MemoryChannel<void, void> {
  readonly #timer: Timer

  constructor(ms: number) {
    super('after', 1, 'dropping')
    this.#timer = new Timer(ms, () => {
      this.putNow(undefined)
      this.close()
    })
    this.#timer.hold(false)
  }

  override waitsChanged(): void {
    this.#timer.hold(this.waits())
  }

  protected override end(options: { error?: unknown; discard?: boolean }): void {
    this.#timer.clear()
    super.end(options)
  }
}
