import type { Load } from '@conc/core'

const leastMs = 250

/** Tells about a changed load, at most every 250 ms, as long as somebody wants to know. */
export class LoadReports {
  readonly #load: () => Load
  readonly #tell: (load: Load) => void
  #last = ''
  #timer: NodeJS.Timeout | undefined

  constructor(load: () => Load, tell: (load: Load) => void) {
    this.#load = load
    this.#tell = tell
  }

  /** Something has happened that may have changed it. */
  changed(): void {
    if (this.#timer !== undefined) return
    this.#timer = setTimeout(() => this.#look(), leastMs)
    this.#timer.unref()
  }

  stop(): void {
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
    // While there is work, the owner's own calls may change it too.
    if (load.running + load.waiting > 0) this.changed()
  }
}
