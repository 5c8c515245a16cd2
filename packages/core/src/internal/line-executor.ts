import { InvalidOptionError } from '../errors/conc-error.js'
import { QueueFullError } from '../errors/executor-error.js'
import type {
  Capabilities,
  CloseOptions,
  Executor,
  Load,
  StreamWork,
  SubmitOptions,
  Work,
} from '../executor.js'
import { type AttemptRules, runAttempts } from './attempts.js'
import { Call, type ForwardedOptions, onBodyEnd, reportsEnd } from './call.js'
import { Conditions } from './conditions.js'
import { DirectCall } from './direct-call.js'
import { isTraced } from './events.js'
import { checkWork, refuseClosure, refuseStreamTask } from './executor-checks.js'
import { currentFrame } from './frame.js'
import { Lifecycle } from './lifecycle.js'
import { Line } from './line.js'
import { checkArguments, checkSubmitOptions } from './option-checks.js'
import { Slot } from './slot.js'
import { definitionOf } from './task-definition.js'
import { type Producer, TaskStream } from './task-stream.js'
import { Turn } from './turn.js'

/** One attempt that holds a slot. */
export interface Entered {
  readonly call: Call
  readonly work: (...args: never[]) => unknown
  readonly args: readonly unknown[]
  readonly attempt: number
  readonly slot: Slot
}

export interface LineExecutorInit {
  readonly name: string
  readonly size: number
  readonly queueLimit?: number
}

/**
 * An executor whose work waits in a line on this event loop: acceptance, order, slots, attempts, cancel, timeouts
 * and close are here; what running means is the subclass's.
 */
export abstract class LineExecutor implements Executor {
  readonly name: string
  readonly #line: Line
  readonly #queueLimit: number
  /** Accepted and not over, bodies of settled calls included. */
  readonly #calls = new Set<Call | DirectCall>()
  #directRunning = 0
  #directWaiting = 0
  readonly #room = new Conditions()
  readonly #lifecycle: Lifecycle

  constructor(init: LineExecutorInit) {
    this.name = init.name
    Object.defineProperty(this, reportsEnd, { value: true })
    this.#line = new Line(init.size, () => this.#room.check())
    this.#queueLimit = init.queueLimit ?? Number.POSITIVE_INFINITY
    this.#lifecycle = new Lifecycle(init.name, {
      isIdle: () => this.#calls.size === 0,
      cancelAll: (reason) => {
        for (const call of [...this.#calls]) call.interrupt(reason)
      },
    })
  }

  abstract get capabilities(): Capabilities

  /** Runs one attempt; settles when the body has really ended. */
  protected abstract run(entered: Entered): Promise<unknown>
  /** Starts one stream; `ended` is to be called once, when the body is over. */
  protected abstract produce<Y>(entered: Entered, ended: () => void): Promise<Producer<Y>>

  /** Whose failure an error of `run` is; decides about attempts. Default: an `ExecutorError` is the infrastructure's. */
  protected blame?(error: unknown): 'body' | 'infrastructure'

  /** The attempts for calls that do not say; default none. */
  protected get defaultRetry(): AttemptRules['retry'] {
    return undefined
  }

  get load(): Load {
    const { size: concurrency, running, waiting } = this.#line
    return {
      concurrency,
      running: running + this.#directRunning,
      waiting: waiting + this.#directWaiting,
      queueLimit: this.#queueLimit,
    }
  }

  submit<A extends readonly unknown[], R>(
    work: Work<A, R>,
    args: A,
    options: SubmitOptions = {},
  ): Promise<Awaited<R>> {
    this.#check(work, args, options)
    const refusal = refuseStreamTask(this.name, work) ?? this.#refusal(work)
    if (refusal) {
      endNow(options)
      return Promise.reject(refusal)
    }
    const call = new Call(this.name, work, options)
    if (call.isSettled) endNow(options)
    else void this.#perform(call, work as Entered['work'], args)
    return call.promise as Promise<Awaited<R>>
  }

  stream<A extends readonly unknown[], Y>(
    work: StreamWork<A, Y>,
    args: A,
    options: SubmitOptions = {},
  ): AsyncGenerator<Y, void, undefined> {
    this.#check(work, args, options)
    return new TaskStream<Y>({
      accept: () => this.#acceptStream(work, options),
      open: (call, attempt) => this.#openStream(call, work as Entered['work'], args, attempt),
      ended: (call) => this.#forget(call),
    })
  }

  /** Runs a plain function at once, beside the line; `undefined` where the call needs more than that. */
  protected submitDirect(work: unknown, args: unknown): Promise<unknown> | undefined {
    if (typeof work !== 'function' || definitionOf(work) || !Array.isArray(args)) return undefined
    const frame = currentFrame()
    if (!this.isOpen || frame?.task || frame?.deadline !== undefined || isTraced()) return undefined
    const call = new DirectCall(work as Entered['work'], args, this.#directStart, this.#directEnd)
    this.#directWaiting++
    this.#calls.add(call)
    return call.promise
  }

  protected get isOpen(): boolean {
    return this.#lifecycle.isOpen
  }

  async ready(options: { readonly signal?: AbortSignal } = {}): Promise<void> {
    await this.#room.until(() => !this.#lifecycle.isOpen || this.#hasRoom(), options.signal)
    if (!this.#lifecycle.isOpen) throw this.#lifecycle.closedError()
  }

  close(options?: CloseOptions): Promise<void> {
    const closed = this.#lifecycle.close(options)
    this.#room.check()
    return closed
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close()
  }

  #check(work: unknown, args: unknown, options: SubmitOptions): void {
    checkWork(work)
    checkArguments(args)
    checkSubmitOptions(options)
  }

  #refusal(work: unknown): Error | undefined {
    if (!this.#lifecycle.isOpen && !this.#isNeededToDrain) return this.#lifecycle.closedError()
    if (!this.capabilities.closures) {
      const refusal = refuseClosure(this.name, work)
      if (refusal) return refusal
    }
    if (this.#line.waiting - this.#freeSlots < this.#queueLimit) return undefined
    return new QueueFullError(
      `Executor '${this.name}' has ${this.#queueLimit} calls waiting, its queueLimit.`,
      { executor: this.name },
    )
  }

  /** While draining, what a live task here needs to finish is still taken. */
  get #isNeededToDrain(): boolean {
    const frame = currentFrame()
    if (this.#lifecycle.state !== 'draining' || !frame?.task) return false
    return (
      frame.executor === this || (frame.slots?.some((slot) => slot.line === this.#line) ?? false)
    )
  }

  get #freeSlots(): number {
    return Math.max(this.#line.size - this.#line.running, 0)
  }

  #hasRoom(): boolean {
    if (this.#queueLimit === Number.POSITIVE_INFINITY) return this.#line.waiting < this.#freeSlots
    return this.#line.waiting - this.#freeSlots < this.#queueLimit
  }

  async #perform(call: Call, work: Entered['work'], args: readonly unknown[]): Promise<void> {
    this.#calls.add(call)
    const rules = this.#rules(call)
    const attempt = (number: number): Promise<unknown> => this.#attempt(call, work, args, number)
    try {
      call.resolve(await (rules.retry ? runAttempts(rules, attempt) : attempt(1)))
    } catch (error) {
      call.reject(error)
    } finally {
      this.#forget(call)
    }
  }

  async #attempt(
    call: Call,
    work: Entered['work'],
    args: readonly unknown[],
    attempt: number,
  ): Promise<unknown> {
    const slot = await this.#takeSlot(call)
    try {
      return await this.run({ call, work, args, attempt, slot })
    } finally {
      slot.end()
    }
  }

  async #takeSlot(call: Call): Promise<Slot> {
    const turn = new Turn(this.#line, call, this.#priorityOf(call))
    await turn.taken()
    call.isStarted = true
    return new Slot(this.#line, () => turn.giveBack())
  }

  #acceptStream(work: unknown, options: SubmitOptions): Call {
    const refusal = this.#refusal(work)
    if (refusal) {
      endNow(options)
      throw refusal
    }
    const call = new Call(this.name, work, options)
    this.#calls.add(call)
    return call
  }

  async #openStream<Y>(
    call: Call,
    work: Entered['work'],
    args: readonly unknown[],
    attempt: number,
  ): Promise<Producer<Y>> {
    const slot = await this.#takeSlot(call)
    try {
      return await this.produce<Y>({ call, work, args, attempt, slot }, () => slot.end())
    } catch (error) {
      slot.end()
      throw error
    }
  }

  #rules(call: Call): AttemptRules {
    const rules = call.attemptRules
    return {
      ...rules,
      retry: rules.retry ?? this.defaultRetry,
      ...(this.blame && { blame: (error: unknown) => this.blame?.(error) ?? 'body' }),
    }
  }

  #priorityOf(call: Call): number {
    return this.capabilities.priority ? (call.options.priority ?? 0) : 0
  }

  readonly #directStart = (): void => {
    this.#directWaiting--
    this.#directRunning++
  }

  readonly #directEnd = (call: DirectCall): void => {
    if (call.isStarted) this.#directRunning--
    else this.#directWaiting--
    this.#calls.delete(call)
    this.#lifecycle.check()
  }

  #forget(call: Call): void {
    call.cancellation.end()
    this.#calls.delete(call)
    endNow(call.options)
    this.#lifecycle.check()
    this.#room.check()
  }
}

/** Tells the executor in front, if it asked, that the body is over. */
function endNow(options: ForwardedOptions): void {
  options[onBodyEnd]?.()
}

/** The name option of an executor in this process. @throws {InvalidOptionError} */
export function executorName(name: unknown, fallback: string): string {
  if (name === undefined) return fallback
  if (typeof name === 'string' && name !== '') return name
  throw new InvalidOptionError('name', 'a non-empty string', name)
}
