import type { Observer } from '../seeing/observer.js'
import { fulfilled, type Ledger, running } from './ledger.js'

/** Writes down what becomes of the tasks of one run, and when: in the ledger, and for those who watch. */
export class Chronicle {
  readonly #ledger: Ledger
  readonly #observer: Observer | undefined
  readonly #noticed: ((task: number) => void) | undefined
  readonly #beganAt: number = performance.now()
  /** Ms since the run began, as of the last look at the clock. */
  #now = 0
  /** A body has run since. */
  #isLate = false

  constructor(
    ledger: Ledger,
    observer: Observer | undefined,
    noticed: ((task: number) => void) | undefined,
  ) {
    this.#ledger = ledger
    this.#observer = observer
    this.#noticed = noticed
  }

  began(): void {
    this.#look()
  }

  ready(task: number): void {
    this.#ledger.readyAt[task] = this.#now
    this.#observer?.ready(task)
  }

  starting(task: number): void {
    // One look at the clock serves all that starts before the next body has run.
    if (this.#isLate) this.#look()
    this.#ledger.status[task] = running
    this.#ledger.startedAt[task] = this.#now
  }

  /** Its body is about to be called. */
  notice(task: number): void {
    this.#noticed?.(task)
  }

  /** The body has been called. */
  started(task: number): void {
    if (this.#ledger.status[task] === running) this.#isLate = true
  }

  fulfilled(task: number, value: unknown): void {
    const ledger = this.#ledger
    this.#look()
    ledger.status[task] = fulfilled
    ledger.values[task] = value
    ledger.endedAt[task] = this.#now
    this.#observer?.end(task, undefined, this.#runMs(task), value)
    this.#noticed?.(task)
  }

  rejected(task: number, error: unknown): void {
    const ledger = this.#ledger
    this.#look()
    ledger.fail(task, error)
    ledger.endedAt[task] = this.#now
    this.#observer?.error(task, undefined, this.#runMs(task), error)
    this.#noticed?.(task)
  }

  /** The run ends early. @param reason what running bodies are told */
  stopped(error: unknown, reason: unknown): void {
    this.#look()
    this.#ledger.close(this.#now, error, reason)
    this.#observer?.stopped(this.#ledger)
  }

  #runMs(task: number): number {
    return this.#now - (this.#ledger.startedAt[task] as number)
  }

  #look(): void {
    this.#now = performance.now() - this.#beganAt
    this.#isLate = false
  }
}
