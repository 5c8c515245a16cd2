/**
 * Collects rejections that nobody handles, in place of whoever listens for them outside: they are then the failure
 * of the check that caused them, by the name of the promise it is about, and not of the whole run.
 */
export class UnhandledRejections {
  readonly #reasons: unknown[] = []
  readonly #others: NodeJS.UnhandledRejectionListener[]
  readonly #record = (reason: unknown): void => {
    this.#reasons.push(reason)
  }

  constructor() {
    this.#others = process.listeners('unhandledRejection')
    process.removeAllListeners('unhandledRejection')
    process.on('unhandledRejection', this.#record)
  }

  /** Gives the listeners back. @returns the reasons */
  stop(): readonly unknown[] {
    process.off('unhandledRejection', this.#record)
    for (const listener of this.#others) process.on('unhandledRejection', listener)
    return this.#reasons
  }
}
