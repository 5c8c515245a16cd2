import type {
  Capabilities,
  CloseOptions,
  Executor,
  Load,
  StreamWork,
  SubmitOptions,
  Work,
} from '../../executor.js'
import type { AttemptRules } from '../calls/attempts.js'
import { Call } from '../calls/call.js'
import { endNow, reportsEnd } from '../calls/forwarded-options.js'
import { startTold, type ToldCall } from '../calls/told-call.js'
import { checkWork } from '../checks/executor-checks.js'
import { checkArguments, checkSubmitOptions, checkWaitOptions } from '../checks/option-checks.js'
import { refuseStreamTask } from '../checks/refusals.js'
import { isTraced } from '../running/events.js'
import { currentFrame, noFrame, runInFrame } from '../running/frame.js'
import type { Producer } from '../running/stream-call.js'
import { TaskStream } from '../running/task-stream.js'
import { definitionOf } from '../tasks/task-definition.js'
import { AcceptedWork } from './accepted-work.js'
import { Admission } from './admission.js'
import type { Entered } from './entered.js'
import { Lifecycle } from './lifecycle.js'
import { LineCalls, type LineCallsHost } from './line-calls.js'

export interface LineExecutorInit {
  readonly name: string
  readonly size: number
  readonly queueLimit?: number
}

/**
 * An executor whose work waits in a line on this event loop: what may come in, and close, are here; order, slots and attempts
 * are with its calls; what running means is the subclass's.
 */
export abstract class LineExecutor implements Executor {
  readonly name: string
  readonly #work: AcceptedWork
  readonly #lifecycle: Lifecycle
  readonly #admission: Admission
  readonly #calls: LineCalls

  constructor(init: LineExecutorInit) {
    this.name = init.name
    Object.defineProperties(this, {
      [reportsEnd]: { value: true },
      [startTold]: { value: (told: ToldCall) => this.#startTold(told) },
    })
    const work = new AcceptedWork(
      init.size,
      init.queueLimit ?? Number.POSITIVE_INFINITY,
      () => this.#lifecycle.check(),
      () => this.#admission.check(),
    )
    this.#work = work
    this.#lifecycle = new Lifecycle(init.name, {
      isIdle: () => work.isIdle,
      endIdleStreams: () => work.streams.endIfAlone(),
      cancelAll: (reason) => work.interruptAll(reason),
    })
    this.#admission = new Admission(this, work, this.#lifecycle)
    this.#calls = new LineCalls(work, this.#callsHost())
  }

  abstract get capabilities(): Capabilities

  /** Runs one attempt; settles when the body has really ended. */
  protected abstract run(entered: Entered): Promise<unknown>
  /** Starts one stream; `ended` is to be called once, when the body is over. */
  protected abstract produce<Y>(entered: Entered, ended: () => void): Promise<Producer<Y>>

  /** `run` for a call that was told, in its frame; where no promise comes of it, the body has ended. May throw. */
  protected runTold(entered: Entered): unknown {
    return runInFrame(entered.frame ?? noFrame, () => this.run(entered))
  }

  /** `run` has failed. Where bodies run right here, it tells the call whose failure that is. */
  protected failed?(entered: Entered, error: unknown): void

  /** The attempts for calls that do not say; default none. */
  protected get defaultRetry(): AttemptRules['retry'] {
    return undefined
  }

  get load(): Load {
    return this.#work.load
  }

  submit<A extends readonly unknown[], R>(
    work: Work<A, R>,
    args: A,
    options: SubmitOptions = {},
  ): Promise<Awaited<R>> {
    this.#check(work, args, options)
    const refusal = refuseStreamTask(this.name, work) ?? this.#admission.refusal(work)
    if (refusal) {
      endNow(options)
      return Promise.reject(refusal)
    }
    const call = new Call(this.name, work, options)
    if (call.isSettled) endNow(options)
    else void this.#calls.perform(call, work as Entered['work'], args)
    return call.promise as Promise<Awaited<R>>
  }

  stream<A extends readonly unknown[], Y>(
    work: StreamWork<A, Y>,
    args: A,
    options: SubmitOptions = {},
  ): AsyncGenerator<Y, void, undefined> {
    this.#check(work, args, options)
    const { streams } = this.#work
    const items: TaskStream<Y> = new TaskStream<Y>({
      accept: () => {
        const call = this.#acceptStream(work, options)
        streams.add(items)
        return call
      },
      rules: (call) => this.#rulesOf(call),
      open: (call, attempt) => this.#calls.openStream(call, work as Entered['work'], args, attempt),
      ended: (call) => {
        streams.delete(items)
        this.#calls.over(call)
      },
    })
    return items
  }

  /** Runs a plain function at once, beside the line; `undefined` where the call needs more than that. */
  protected submitDirect(work: unknown, args: unknown): Promise<unknown> | undefined {
    if (typeof work !== 'function' || definitionOf(work) || !Array.isArray(args)) return undefined
    const frame = currentFrame()
    if (!this.isOpen || frame?.task || frame?.deadline !== undefined || isTraced()) return undefined
    return this.#work.startDirect(work as Entered['work'], args)
  }

  protected get isOpen(): boolean {
    return this.#lifecycle.isOpen
  }

  ready(options: { readonly signal?: AbortSignal } = {}): Promise<void> {
    checkWaitOptions(options)
    return this.#admission.ready(options.signal)
  }

  /** Rejects when the executor is closed, or with `signal.reason`. */
  protected closing(signal: AbortSignal): Promise<never> {
    return this.#admission.closing(signal)
  }

  close(options?: CloseOptions): Promise<void> {
    const closed = this.#lifecycle.close(options)
    this.#admission.check()
    return closed
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close()
  }

  /** Takes a call that is made once and that a free slot is enough for. */
  #startTold(told: ToldCall): Call | undefined {
    const isTaken = this.isOpen && told.options.retry === 0
    return isTaken ? this.#calls.startTold(told, this.name) : undefined
  }

  #check(work: unknown, args: unknown, options: SubmitOptions): void {
    checkWork(work)
    checkArguments(args)
    checkSubmitOptions(options)
  }

  #acceptStream(work: unknown, options: SubmitOptions): Call {
    const refusal = this.#admission.refusal(work)
    if (refusal) {
      endNow(options)
      throw refusal
    }
    const call = new Call(this.name, work, options)
    this.#work.add(call)
    return call
  }

  #priorityOf(call: Call): number {
    return this.capabilities.priority ? (call.options.priority ?? 0) : 0
  }

  #rulesOf(call: Call): AttemptRules {
    const rules = call.attemptRules
    return { ...rules, retry: rules.retry ?? this.defaultRetry }
  }

  #callsHost(): LineCallsHost {
    return {
      run: (entered) => this.run(entered),
      runTold: (entered) => this.runTold(entered),
      failed: (entered, error) => this.failed?.(entered, error),
      produce: (entered, ended) => this.produce(entered, ended),
      priorityOf: (call) => this.#priorityOf(call),
      isRepeated: (call) => Boolean(call.retry ?? this.defaultRetry),
      rulesOf: (call) => this.#rulesOf(call),
    }
  }
}
