import type { Load } from '@conc/core'

const leastMs = 250

/** Tells about a changed load, at most every 250 ms, as long as somebody wants to know. */
export class LoadReports {
  readonly #load: () => Load
  readonly #tell: (load: Load) => void
  /** What all were told last; empty where they were told different things. */
  #last = ''
  #timer: NodeJS.Timeout | undefined
  #isOver = false

  constructor(load: () => Load, tell: (load: Load) => void) {
    this.#load = load
    this.#tell = tell
  }

  /** Something has happened that may have changed it. */
  changed(): void {
    if (this.#timer !== undefined || this.#isOver) return
    this.#timer = setTimeout(() => this.#look(), leastMs)
    this.#timer.unref()
  }

  /** Somebody else is told how it is now, in another way: perhaps not what the others were told. */
  joined(): void {
    const load = this.#load()
    if (JSON.stringify(load) !== this.#last) this.#last = ''
    this.#lookAgain(load)
  }

  stop(): void {
    this.#isOver = true
    clearTimeout(this.#timer)
  }

  #look(): void {
    this.#timer = undefined
    const load = this.#load()
    const text = JSON.stringify(load)
    if (text !== this.#last) {
      this.#last = text
      this.#tell(load)
    }
    this.#lookAgain(load)
  }

  /** While there is work, the owner's own calls may change it too; and who could do none may come back unasked. */
  #lookAgain({ running, waiting, concurrency }: Load): void {
    if (running + waiting > 0 || concurrency === 0) this.changed()
  }
}
