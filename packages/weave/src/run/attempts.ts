import {
  ExecutorError,
  InvalidOptionError,
  PoisonTaskError,
  TaskInputError,
  TaskTimeoutError,
  WorkerLostError,
} from '@conc/core'
import {
  attemptNumber,
  Cancellation,
  delayBefore,
  type ForwardedOptions,
  here,
  inFrame,
  mayRepeat,
  onBodyEnd,
  reportsEnd,
} from '@conc/core/internal'
import { isMapped } from '../plan/graph.js'
import { type AttemptFacts, BodyContext } from './body-context.js'
import type { Dependencies } from './dependencies.js'
import type { Host } from './host.js'
import type { Route } from './route.js'
import { isThenable, promiseOf } from './thenable.js'

/** Losses after which work counts as the cause of them. */
const poisonLimit = 3

/** One task or item that has more to it than a call: attempts, a time limit, an executor, somebody who watches. */
export class Attempts {
  readonly #host: Host
  readonly #route: Route
  readonly #deps: Dependencies
  readonly #item: unknown
  readonly #index: number | undefined
  readonly #leave: () => void
  /** Bodies that have not ended: one that ignores its signal may outlive its attempt. */
  #bodies = 0
  #isOver = false
  #losses = 0
  /** Attempts that threw or timed out: the next one is other work under another key. */
  #failures = 0
  #bodyError: unknown

  /** @param leave called once, when there is a result and no body runs any more. */
  constructor(
    host: Host,
    route: Route,
    deps: Dependencies,
    leave: () => void,
    item?: unknown,
    index?: number,
  ) {
    this.#host = host
    this.#route = route
    this.#deps = deps
    this.#leave = leave
    this.#item = item
    this.#index = index
  }

  /** @returns the value; rejects with the error of the last attempt. */
  async make(): Promise<unknown> {
    try {
      for (let number = 1; ; number++) {
        try {
          return await this.#attempt(number)
        } catch (error) {
          await this.#beforeNext(number, error)
        }
      }
    } finally {
      this.#isOver = true
      this.#checkIdle()
    }
  }

  #attempt(number: number): Promise<unknown> {
    const { task, executor, timeoutMs } = this.#route
    const { observer, ledger } = this.#host
    if (number > (ledger.attempts.get(task) ?? 1)) ledger.attempts.set(task, number)
    observer?.start(task, this.#index, number, executor?.name ?? 'here', this.#deps)
    if (executor) return this.#submit(executor, number)
    if (timeoutMs !== undefined) return this.#callInTime(number, timeoutMs)
    return this.#call(this.#context(number, 'inline', this.#host.cancellation, undefined))
  }

  /** Returns when another attempt is due. @throws `error` where there is none. */
  async #beforeNext(number: number, error: unknown): Promise<void> {
    const { cancellation, observer } = this.#host
    const { retry, options, isIdempotent, task } = this.#route
    const mayRunTwice = isIdempotent || options.idempotencyKey !== undefined
    const blame = (one: unknown): 'body' | 'infrastructure' => this.#blame(one)
    if (blame(error) === 'body') this.#failures++
    if (error instanceof WorkerLostError && error.started !== false) this.#losses++
    if (!mayRepeat(error, number, { retry, cancellation, mayRunTwice, blame })) throw error
    if (this.#losses >= poisonLimit) throw this.#poisoned(error)
    const inMs = delayBefore(number, { retry })
    observer?.retry(task, this.#index, number, error, inMs)
    if (inMs > 0) await this.#pause(inMs)
  }

  /** Waits without the slot, unless a body that was given up still runs on it. */
  async #pause(ms: number): Promise<void> {
    const { alarms, slots } = this.#host
    const isGivenUp = slots !== undefined && this.#bodies === 0
    if (isGivenUp) slots.release()
    await new Promise<void>((resolve) => {
      alarms.set(ms, resolve)
    })
    if (!isGivenUp) return
    await new Promise<void>((resolve) => {
      const place = { list: undefined, next: undefined, prev: undefined, enter: resolve }
      slots.join(place, this.#route.options.priority)
    })
  }

  async #call(context: BodyContext): Promise<unknown> {
    this.#bodies++
    try {
      return await this.#invoke(context)
    } finally {
      this.#bodyEnded()
    }
  }

  #callInTime(number: number, timeoutMs: number): Promise<unknown> {
    const { alarms } = this.#host
    const { cancellation, untie } = this.#ownCancellation()
    const deadline = this.#deadlineIn(timeoutMs)
    const context = this.#context(number, 'inline', cancellation, deadline)
    return new Promise((resolve, reject) => {
      const expire = (): void => {
        const error = this.#timedOut(timeoutMs, number)
        cancellation.cancel(error)
        reject(error)
      }
      const callOff = alarms.set(timeoutMs, expire)
      const judged = (): Promise<unknown> => this.#judged(context, timeoutMs, expire)
      void inFrame({ deadline }, judged)
        .then(resolve, reject)
        .finally(() => {
          callOff()
          untie()
        })
    })
  }

  /** A synchronous body blocks the timer too: it is judged when it returns. */
  async #judged(context: BodyContext, timeoutMs: number, expire: () => void): Promise<unknown> {
    this.#bodies++
    try {
      const startedAt = performance.now()
      const made = this.#invoke(context)
      if (isThenable(made)) return await promiseOf(made)
      if (performance.now() - startedAt > timeoutMs) expire()
      return made
    } finally {
      this.#bodyEnded()
    }
  }

  async #submit(executor: NonNullable<Route['executor']>, number: number): Promise<unknown> {
    const { cancellation, untie } = this.#ownCancellation()
    const { isTask, body, timeoutMs } = this.#route
    const context = this.#context(number, executor.name, cancellation, this.#deadlineIn(timeoutMs))
    let isSubmitted = false
    this.#bodies++
    try {
      const args = isTask ? [...this.#taskArguments()] : []
      const options = this.#submitOptions(number, cancellation, reportsEnd in executor)
      if (executor.load.queueLimit !== Number.POSITIVE_INFINITY) {
        await executor.ready({ signal: cancellation.signal })
      }
      isSubmitted = true
      if (isTask) return await executor.submit(body, args, options)
      return await executor.submit(() => this.#invokeThere(context), [], options)
    } catch (error) {
      // A plain function there sees only the signal of its context.
      cancellation.cancel(error)
      throw error
    } finally {
      untie()
      if (!isSubmitted || !(reportsEnd in executor)) this.#bodyEnded()
    }
  }

  async #invokeThere(context: BodyContext): Promise<unknown> {
    try {
      return await this.#invoke(context)
    } catch (error) {
      this.#bodyError = error
      throw error
    }
  }

  #submitOptions(number: number, { signal }: Cancellation, tellsEnd: boolean): ForwardedOptions {
    const { task, timeoutMs, options } = this.#route
    const { observer } = this.#host
    const key = this.#key()
    return {
      signal,
      retry: 0,
      [attemptNumber]: number,
      ...(timeoutMs !== undefined && { timeoutMs }),
      ...(options.priority !== undefined && { priority: options.priority }),
      ...(options.headers && { headers: options.headers }),
      ...(options.tags && { tags: options.tags }),
      ...(key !== undefined && { idempotencyKey: key }),
      ...(observer && {
        onProgress: (data: unknown) => observer.progress(task, this.#index, data),
      }),
      ...(tellsEnd && { [onBodyEnd]: () => this.#bodyEnded() }),
    }
  }

  #key(): string | undefined {
    const { idempotencyKey } = this.#route.options
    if (idempotencyKey === undefined) return undefined
    const key =
      typeof idempotencyKey === 'string'
        ? idempotencyKey
        : idempotencyKey(...this.#own(), this.#deps)
    return this.#failures === 0 ? key : `${key}#${this.#failures + 1}`
  }

  #invoke(context: BodyContext): unknown {
    const { body, options } = this.#route
    if (options.args) return body(...this.#madeArguments(options.args))
    return body(...this.#own(), this.#deps, context)
  }

  #taskArguments(): readonly unknown[] {
    const { options, takesDependencies } = this.#route
    if (options.args) return this.#madeArguments(options.args)
    return takesDependencies ? [...this.#own(), this.#deps] : this.#own()
  }

  #madeArguments(make: (...args: unknown[]) => readonly unknown[]): readonly unknown[] {
    const args: unknown = make(...this.#own(), this.#deps)
    if (Array.isArray(args)) return args
    throw new InvalidOptionError('args', 'a function that returns an array', args)
  }

  /** The item, in mapped tasks. */
  #own(): readonly unknown[] {
    const flags = this.#host.graph.flags[this.#route.task] as number
    return flags & isMapped ? [this.#item] : []
  }

  #context(
    number: number,
    executor: string,
    cancellation: Cancellation,
    deadline: number | undefined,
  ): BodyContext {
    const facts: AttemptFacts = { number, executor, cancellation, deadline }
    return new BodyContext(this.#host, this.#route.task, this.#index, facts)
  }

  /** Follows the run's, and can be cancelled alone. */
  #ownCancellation(): { cancellation: Cancellation; untie: () => void } {
    const run = this.#host.cancellation
    const cancellation = new Cancellation()
    const dependent = { cancelled: (reason: unknown) => void cancellation.cancel(reason) }
    run.add(dependent)
    return { cancellation, untie: () => run.remove(dependent) }
  }

  #deadlineIn(timeoutMs: number | undefined): number | undefined {
    const { deadline } = this.#host
    if (timeoutMs === undefined) return deadline
    return Math.min(Date.now() + timeoutMs, deadline ?? Number.POSITIVE_INFINITY)
  }

  #blame(error: unknown): 'body' | 'infrastructure' {
    const { executor } = this.#route
    if (error instanceof TaskTimeoutError || executor === undefined) return 'body'
    if (error === this.#bodyError) return 'body'
    if (executor === here) return error instanceof TaskInputError ? 'infrastructure' : 'body'
    return error instanceof ExecutorError ? 'infrastructure' : 'body'
  }

  #bodyEnded(): void {
    this.#bodies--
    this.#checkIdle()
  }

  #checkIdle(): void {
    if (this.#isOver && this.#bodies === 0) this.#leave()
  }

  #timedOut(timeoutMs: number, attempt: number): TaskTimeoutError {
    const task = this.#host.graph.names[this.#route.task] as string
    const message = `Task '${task}' timed out after ${timeoutMs} ms.`
    return new TaskTimeoutError(message, { phase: 'running', task, executor: 'inline', attempt })
  }

  #poisoned(cause: unknown): PoisonTaskError {
    const task = this.#host.graph.names[this.#route.task] as string
    return new PoisonTaskError(
      `Task '${task}' lost its worker ${poisonLimit} times and is not run again.`,
      { task, executor: this.#route.executor?.name, started: true, cause },
    )
  }
}
