import { WorkerLostError } from '@conc/core'
import type { Line, Place } from '@conc/core/internal'
import type { Attempt } from '../calls/attempt.js'

/** Why threads cannot start, and what those are told who wait for one. */
export class StartFailures {
  readonly #executor: string
  readonly #line: Line
  #last: WorkerLostError | undefined

  /** @param line where attempts wait for a thread. */
  constructor(executor: string, line: Line) {
    this.#executor = executor
    this.#line = line
  }

  /** `undefined` once a thread has started, or when somebody wants to know anew. */
  get last(): WorkerLostError | undefined {
    return this.#last
  }

  forget(): void {
    this.#last = undefined
  }

  /** @param isHopeless no thread is there: whoever waits is refused. */
  add(cause: unknown, isHopeless: boolean): void {
    const error = this.#errorFor(cause)
    this.#last = error
    if (!isHopeless) return
    for (const place of [...this.#line] as (Place & Partial<Attempt>)[]) {
      if (this.#line.leave(place)) place.fail?.(error, 'infrastructure')
    }
  }

  #errorFor(cause: unknown): WorkerLostError {
    const reason = cause instanceof Error ? cause.message : String(cause)
    return new WorkerLostError(`A thread of '${this.#executor}' could not start: ${reason}`, {
      cause,
      started: false,
      executor: this.#executor,
    })
  }
}
