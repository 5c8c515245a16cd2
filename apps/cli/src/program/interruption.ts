import { exitCodeOf } from './exit-code.js'

const graceMs = 5000

/**
 * SIGINT and SIGTERM while a command waits for something: the first aborts `signal` and leaves 5 s to clean up, the
 * second ends the process at once.
 */
export class Interruption {
  readonly #controller = new AbortController()
  #received: 'SIGINT' | 'SIGTERM' | undefined
  readonly #onSignal = (name: NodeJS.Signals): void => this.#receive(name as 'SIGINT' | 'SIGTERM')

  constructor() {
    process.on('SIGINT', this.#onSignal)
    process.on('SIGTERM', this.#onSignal)
  }

  get signal(): AbortSignal {
    return this.#controller.signal
  }

  /** The exit status that the signal asks for, where one came. */
  get exitCode(): number | undefined {
    return this.#received === undefined ? undefined : exitCodeOf(this.#received)
  }

  /** After a signal the next one has to end the process, while the command cleans up. */
  [Symbol.dispose](): void {
    if (this.#received !== undefined) return
    process.off('SIGINT', this.#onSignal)
    process.off('SIGTERM', this.#onSignal)
  }

  #receive(name: 'SIGINT' | 'SIGTERM'): void {
    if (this.#received !== undefined) process.exit(exitCodeOf(name))
    this.#received = name
    setTimeout(() => process.exit(exitCodeOf(name)), graceMs).unref()
    this.#controller.abort(new Error(`Interrupted by ${name}.`))
  }
}
