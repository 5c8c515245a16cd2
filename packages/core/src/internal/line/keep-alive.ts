const longestMs = 2 ** 31 - 1

/**
 * Holds the process while there is accepted work. Threads, ports and timers of an executor are all `unref`'d, so this
 * is the one place that decides whether the process may end.
 */
export class KeepAlive {
  #handle: NodeJS.Timeout | undefined
  #holders = 0

  hold(): void {
    if (this.#holders++ > 0) return
    if (this.#handle) this.#handle.ref()
    else this.#handle = setInterval(() => {}, longestMs)
  }

  letGo(): void {
    if (--this.#holders === 0) this.#handle?.unref()
  }

  end(): void {
    clearInterval(this.#handle)
    this.#handle = undefined
  }
}
