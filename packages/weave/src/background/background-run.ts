import { type InspectOptions, inspect } from 'node:util'
import { TaskCancelledError } from '@conc/core'
import {
  type AbortListener,
  type Deferred,
  deferred,
  expectReader,
  type Frame,
  listenTo,
  runInFrame,
  stopListening,
  thrownText,
  wasRead,
} from '@conc/core/internal'
import { keepSettled, type SettledResult } from '../result/settled-result.js'
import { WeaveCallbackError } from './background-errors.js'
import type { BackgroundHandle } from './background-handle.js'
import type { Where } from './background-options.js'
import type { BackgroundStatus } from './background-report.js'
import type { RunEnd, Runner, RunnerHost } from './runner.js'

export interface BackgroundInit {
  readonly id: string
  /** What warnings call it. */
  readonly title: string
  readonly where: Where
  readonly runner: Runner
  readonly signal: AbortSignal | undefined
  /** Called here. */
  readonly onDone: ((settled: SettledResult) => unknown) | undefined
  /** The outcome of a run that never began. */
  readonly never: (reason: unknown) => SettledResult
  /** Somebody else is told of the end. */
  readonly hasCallbackThere: boolean
  /** What surrounds `onDone`. */
  readonly frame: Frame
}

/** One background run as its caller sees it: ends once, tells `onDone` once, then settles `done`. */
export class BackgroundRun implements BackgroundHandle<unknown>, RunnerHost, AbortListener {
  static {
    Object.defineProperty(BackgroundRun, 'name', { value: 'BackgroundHandle' })
    Object.defineProperty(BackgroundRun.prototype, inspect.custom, {
      value(this: BackgroundRun, depth: number, options: InspectOptions): string {
        if (depth < 0) return '[BackgroundHandle]'
        const { id, where, status, pid, resultFile, logFile } = this
        const facts = {
          id,
          where,
          status,
          ...(pid && { pid }),
          ...(resultFile && { resultFile, logFile }),
        }
        return `BackgroundHandle ${inspect(facts, options)}`
      },
    })
  }
  readonly id: string
  readonly where: Where
  readonly #init: BackgroundInit
  readonly #started: Deferred<void> = deferred()
  readonly #done: Deferred<unknown> = deferred()
  /** Names the failure that nobody may have read. */
  readonly #unread: object = {}
  #isRead = false
  #status: BackgroundStatus = 'starting'
  #isOver = false

  constructor(init: BackgroundInit) {
    this.id = init.id
    this.where = init.where
    this.#init = init
    // They are read by whoever wants to, also later.
    this.#started.promise.catch(() => {})
    this.#done.promise.catch(() => {})
  }

  /** @throws where the run cannot be sent off. */
  begin(): void {
    const { signal, runner, never } = this.#init
    if (signal?.aborted) {
      const error: unknown = signal.reason
      queueMicrotask(() => this.ended({ status: 'cancelled', error, settled: never(error) }))
      return
    }
    runner.begin(this)
    if (signal) listenTo(signal, this)
  }

  get status(): BackgroundStatus {
    return this.#status
  }

  get pid(): number | undefined {
    return this.#init.runner.pid
  }

  get resultFile(): string | undefined {
    return this.#init.runner.resultFile
  }

  get logFile(): string | undefined {
    return this.#init.runner.logFile
  }

  get started(): Promise<void> {
    return this.#started.promise
  }

  get done(): Promise<unknown> {
    this.#isRead = true
    wasRead(this.#unread)
    return this.#done.promise
  }

  cancel(reason: unknown = this.#cancelled()): void {
    if (!this.#isOver) this.#init.runner.cancel(reason)
  }

  unref(): this {
    this.#init.runner.unref()
    return this
  }

  /** The caller's signal aborted. */
  aborted(reason: unknown): void {
    this.cancel(reason)
  }

  begun(): void {
    if (this.#isOver) return
    this.#status = 'running'
    this.#started.resolve()
  }

  ended(end: RunEnd): void {
    if (this.#isOver) return
    this.#isOver = true
    this.#status = end.status
    const { signal } = this.#init
    if (signal) stopListening(signal, this)
    if (end.status !== 'fulfilled') {
      this.#started.reject(end.error)
      keepSettled(end.error, end.settled)
    }
    void this.#conclude(end)
  }

  async #conclude(end: RunEnd): Promise<void> {
    const failure = end.callbackFailure ?? (await this.#callBack(end.settled))
    if (failure) this.#reject(this.#callbackError(failure.error, end.settled), false)
    else if (end.status === 'fulfilled') this.#done.resolve(end.result)
    else this.#reject(end.error, this.#isTold)
  }

  /** @returns what `onDone` threw. */
  async #callBack(settled: SettledResult): Promise<{ readonly error: unknown } | undefined> {
    const { onDone, frame } = this.#init
    try {
      await runInFrame(frame, () => onDone?.(settled))
      return undefined
    } catch (error) {
      return { error }
    }
  }

  #callbackError(cause: unknown, settled: SettledResult): WeaveCallbackError {
    const error = new WeaveCallbackError(this.id, cause)
    keepSettled(error, settled)
    return error
  }

  get #isTold(): boolean {
    return this.#init.onDone !== undefined || this.#init.hasCallbackThere
  }

  #reject(error: unknown, isTold: boolean): void {
    this.#done.reject(error)
    if (this.#isRead || isTold) return
    const message = `Background run of ${this.#init.title} failed, and nobody read it: ${thrownText(error)}`
    expectReader(this, this.#unread, message)
  }

  #cancelled(): TaskCancelledError {
    return new TaskCancelledError(`The background run of ${this.#init.title} was cancelled.`, {
      origin: 'cancel',
    })
  }
}
