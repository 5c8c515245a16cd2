import { Timer } from '@conc/core/internal'
import { toThread } from '../between/messages.js'
import type { Attempt } from '../calls/attempt.js'
import type { Thread } from './thread.js'
import type { ThreadHome } from './thread-home.js'

interface GivenTime {
  timer: Timer
  isOver: boolean
}

/**
 * What becomes of cancelled bodies that go on: after `graceMs` the thread is ended, as long as that harms nobody else.
 * A thread with other bodies on it is ended only if it does not even answer a ping.
 */
export class Grace {
  readonly #thread: Thread
  readonly #home: ThreadHome
  readonly #cancelled = new Map<Attempt, GivenTime>()
  #pings = 0
  #pongs = 0

  constructor(thread: Thread, home: ThreadHome) {
    this.#thread = thread
    this.#home = home
  }

  /** A body was told to stop. */
  begin(attempt: Attempt): void {
    if (this.#cancelled.has(attempt)) return
    this.#cancelled.set(attempt, { isOver: false, timer: this.#arm(attempt) })
  }

  /** The body has ended. */
  end(attempt: Attempt): void {
    if (this.#cancelled.size === 0) return
    this.#cancelled.get(attempt)?.timer.clear()
    this.#cancelled.delete(attempt)
  }

  clear(): void {
    for (const { timer } of this.#cancelled.values()) timer.clear()
    this.#cancelled.clear()
  }

  pong(): void {
    this.#pongs++
  }

  #arm(attempt: Attempt): Timer {
    const ping = ++this.#pings
    this.#thread.post([toThread.ping])
    return new Timer(this.#home.settings.graceMs, () => this.#expire(attempt, ping))
  }

  #expire(attempt: Attempt, ping: number): void {
    const grace = this.#cancelled.get(attempt)
    if (grace === undefined || this.#thread.state !== 'ready') return
    const isFirst = !grace.isOver
    grace.isOver = true
    if (this.#harmsNobody() || this.#pongs < ping) {
      this.#thread.endFor(attempt)
      return
    }
    if (isFirst) this.#home.stuck(this.#thread, attempt)
    grace.timer = this.#arm(attempt)
  }

  /** Whether every body on the thread was given its time and went on. */
  #harmsNobody(): boolean {
    for (const attempt of this.#thread.calls) {
      if (!this.#cancelled.get(attempt)?.isOver && attempt.isStarted) return false
    }
    return true
  }
}
