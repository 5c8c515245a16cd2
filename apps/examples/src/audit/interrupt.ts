/** While it is in scope, Ctrl-C aborts `signal` instead of ending the process; a second Ctrl-C ends it. */
export class Interrupt implements Disposable {
  readonly #controller = new AbortController()

  constructor() {
    process.on('SIGINT', this.#abort)
  }

  get signal(): AbortSignal {
    return this.#controller.signal
  }

  [Symbol.dispose](): void {
    process.off('SIGINT', this.#abort)
  }

  readonly #abort = (): void => {
    if (this.signal.aborted) process.exit(130)
    this.#controller.abort()
  }
}
