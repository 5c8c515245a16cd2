import { TaskCancelledError } from '../../errors/executor-error.js'
import { type Deferred, deferred } from '../deferred.js'
import type { Member } from '../line/roster.js'

/**
 * A plain call without options on an executor without a limit: one promise and one microtask between caller and
 * function, as nothing but a close can interrupt it.
 */
export class DirectCall implements Member {
  list: Member['list']
  next: Member['next']
  prev: Member['prev']
  isStarted = false
  #isWithdrawn = false
  readonly #work: (...args: never[]) => unknown
  readonly #args: readonly unknown[]
  readonly #started: () => void
  readonly #ended: (call: DirectCall) => void
  readonly #settlement: Deferred<unknown> = deferred<unknown>()

  /** @param ended called once, when the function has really ended or never will begin. */
  constructor(
    work: (...args: never[]) => unknown,
    args: readonly unknown[],
    started: () => void,
    ended: (call: DirectCall) => void,
  ) {
    this.#work = work
    this.#args = args
    this.#started = started
    this.#ended = ended
    // A microtask of its own, not one for all: it keeps the caller's async context.
    queueMicrotask(() => void this.#run())
  }

  get promise(): Promise<unknown> {
    return this.#settlement.promise
  }

  /** The executor was closed. A function that has not been entered never is. */
  interruptLike({ message, origin, executor }: TaskCancelledError): void {
    const { isStarted: started } = this
    this.#settlement.reject(new TaskCancelledError(message, { origin, executor, started }))
    if (this.isStarted) return
    this.#isWithdrawn = true
    this.#ended(this)
  }

  async #run(): Promise<void> {
    if (this.#isWithdrawn) return
    this.isStarted = true
    this.#started()
    try {
      this.#settlement.resolve(await this.#work(...(this.#args as never[])))
    } catch (error) {
      this.#settlement.reject(error)
    } finally {
      this.#ended(this)
    }
  }
}
