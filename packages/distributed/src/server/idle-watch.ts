import { Timer } from '@conc/core/internal'

/** Calls `end` when a server has had nobody and nothing for `idleTimeoutMs`. */
export class IdleWatch {
  readonly #timeoutMs: number
  readonly #isIdle: () => boolean
  readonly #end: () => void
  #timer: Timer | undefined

  constructor(timeoutMs: number, isIdle: () => boolean, end: () => void) {
    this.#timeoutMs = timeoutMs
    this.#isIdle = isIdle
    this.#end = end
  }

  /** To be called whenever somebody has come or gone: the time begins again. */
  restart(): void {
    if (this.#timeoutMs === Number.POSITIVE_INFINITY) return
    this.#timer?.clear()
    if (this.#isIdle()) this.#timer = new Timer(this.#timeoutMs, this.#end)
  }
}
