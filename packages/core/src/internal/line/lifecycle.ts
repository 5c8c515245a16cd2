import { ExecutorClosedError, TaskCancelledError } from '../../errors/executor-error.js'
import type { CloseOptions } from '../../executor.js'
import { checkCloseOptions } from '../checks/option-checks.js'
import { Timer } from '../timers.js'
import { Conditions } from './conditions.js'

/** What an executor does at the steps of its end. */
export interface ClosingSteps {
  /** Whether no accepted work is left, bodies included. */
  isIdle(): boolean
  /** Cancels all accepted work; may be called again. `isOutOfTime`: nobody waits for the bodies' end any more. */
  cancelAll(reason: TaskCancelledError, isOutOfTime: boolean): void
  /** Ends streams that nobody pulls, where nothing else is left. Called at `close`, and whenever work has ended after that. */
  endIdleStreams?(): void
  /** A cancel also ends bodies that ignore it, so that the end can be waited for after `timeoutMs` too. */
  readonly isForceful?: boolean
  /** Frees what the executor holds; awaited before `close` resolves. */
  release?(): void | Promise<void>
}

/**
 * open → draining → closed, the same for every executor in this process. The first `close` refuses new work;
 * each call may hasten the end: `'reject'` cancels at once, `timeoutMs` stops waiting and cancels then.
 */
export class Lifecycle {
  readonly #executor: string
  readonly #steps: ClosingSteps
  readonly #conditions = new Conditions()
  #state: 'open' | 'draining' | 'closed' = 'open'
  #isOutOfTime = false
  #closing: Promise<void> | undefined

  constructor(executor: string, steps: ClosingSteps) {
    this.#executor = executor
    this.#steps = steps
  }

  get state(): 'open' | 'draining' | 'closed' {
    return this.#state
  }

  get isOpen(): boolean {
    return this.#state === 'open'
  }

  /** To be called whenever work has ended. */
  check(): void {
    if (this.#state === 'draining') this.#steps.endIdleStreams?.()
    this.#conditions.check()
  }

  closedError(): ExecutorClosedError {
    const name = this.#executor
    return new ExecutorClosedError(`Executor '${name}' is closed.`, { executor: name })
  }

  /** @throws {InvalidOptionError} at once, for wrong options. */
  close(options: CloseOptions = {}): Promise<void> {
    checkCloseOptions(options)
    if (this.#state !== 'closed') {
      this.#state = 'draining'
      if (options.pending === 'reject') this.#cancelAll()
      else this.#steps.endIdleStreams?.()
      this.#expireAfter(options.timeoutMs ?? Number.POSITIVE_INFINITY)
    }
    this.#closing ??= this.#drain()
    return this.#closing
  }

  async #drain(): Promise<void> {
    const { isForceful = false } = this.#steps
    await this.#conditions.until(() => (this.#isOutOfTime && !isForceful) || this.#steps.isIdle())
    await this.#steps.release?.()
    this.#state = 'closed'
    this.#conditions.check()
  }

  #expireAfter(ms: number): void {
    if (ms === Number.POSITIVE_INFINITY || this.#steps.isIdle()) return
    const timer = new Timer(ms, () => {
      this.#isOutOfTime = true
      this.#cancelAll()
      this.#conditions.check()
    })
    const isOver = (): boolean => this.#state === 'closed' || this.#steps.isIdle()
    void this.#conditions.until(isOver).then(() => timer.clear())
  }

  #cancelAll(): void {
    const executor = this.#executor
    this.#steps.cancelAll(
      new TaskCancelledError(`Executor '${executor}' was closed before the call ended.`, {
        origin: 'close',
        executor,
      }),
      this.#isOutOfTime,
    )
  }
}
