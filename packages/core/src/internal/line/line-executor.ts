import type {
  Capabilities,
  CloseOptions,
  Executor,
  Load,
  StreamWork,
  SubmitOptions,
  Work,
} from '../../executor.js'
import { type AttemptRules, runAttempts } from '../calls/attempts.js'
import { Call } from '../calls/call.js'
import { endNow, reportsEnd } from '../calls/forwarded-options.js'
import { startTold, type ToldCall } from '../calls/told-call.js'
import { checkWork } from '../checks/executor-checks.js'
import { checkArguments, checkSubmitOptions, checkWaitOptions } from '../checks/option-checks.js'
import { refuseStreamTask } from '../checks/refusals.js'
import { isTraced } from '../running/events.js'
import { currentFrame, type Frame, runInFrame } from '../running/frame.js'
import type { Producer } from '../running/stream-call.js'
import { TaskStream } from '../running/task-stream.js'
import { definitionOf } from '../tasks/task-definition.js'
import { AcceptedWork } from './accepted-work.js'
import { Admission } from './admission.js'
import { Beginnings } from './beginnings.js'
import type { Entered } from './entered.js'
import { Lifecycle } from './lifecycle.js'
import { Slot } from './slot.js'
import type { Turn } from './turn.js'

const noFrame: Frame = {}

export interface LineExecutorInit {
  readonly name: string
  readonly size: number
  readonly queueLimit?: number
}

/**
 * An executor whose work waits in a line on this event loop: order, slots, attempts, cancel, timeouts
 * and close are here; what running means is the subclass's.
 */
export abstract class LineExecutor implements Executor {
  readonly name: string
  readonly #work: AcceptedWork
  readonly #lifecycle: Lifecycle
  readonly #admission: Admission
  readonly #giveBack = (): void => this.#work.line.release()
  readonly #beginnings = new Beginnings({
    run: (entered) => this.runTold(entered),
    over: (call) => this.#forget(call),
  })

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

  /** Whose failure an error of `run` is; decides about attempts. Default: an `ExecutorError` is the infrastructure's. */
  protected blame?(error: unknown): 'body' | 'infrastructure'

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
    else void this.#perform(call, work as Entered['work'], args)
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
      open: (call, attempt) => this.#openStream(call, work as Entered['work'], args, attempt),
      ended: (call) => {
        streams.delete(items)
        this.#forget(call)
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

  /** Takes a call that a free slot is enough for. */
  #startTold({ work, args, options, frame, end }: ToldCall): Call | undefined {
    const { line } = this.#work
    if (!this.isOpen || options.retry !== 0 || !line.tryEnter()) return undefined
    const call = new Call(this.name, work, options, end)
    this.#work.add(call)
    const slot = new Slot(line, this.#giveBack)
    this.#beginnings.add({ call, work, args, attempt: 1, slot, frame })
    return call
  }

  #check(work: unknown, args: unknown, options: SubmitOptions): void {
    checkWork(work)
    checkArguments(args)
    checkSubmitOptions(options)
  }

  async #perform(call: Call, work: Entered['work'], args: readonly unknown[]): Promise<void> {
    this.#work.add(call)
    // Each promise of a call costs all calls: the usual one attempt has none of its own.
    let slot: Slot | undefined
    try {
      if (call.retry ?? this.defaultRetry) {
        call.resolve(await this.#repeat(call, work, args))
        return
      }
      const turn = this.#stand(call)
      await turn.came
      slot = turn.take()
      const result = await this.run({ call, work, args, attempt: 1, slot })
      slot.end()
      call.resolve(result)
    } catch (error) {
      slot?.end()
      call.reject(error)
    } finally {
      this.#forget(call)
    }
  }

  #repeat(call: Call, work: Entered['work'], args: readonly unknown[]): Promise<unknown> {
    return runAttempts(this.#rules(call), (attempt) => this.#attempt(call, work, args, attempt))
  }

  async #attempt(
    call: Call,
    work: Entered['work'],
    args: readonly unknown[],
    attempt: number,
  ): Promise<unknown> {
    const turn = this.#stand(call)
    await turn.came
    const slot = turn.take()
    try {
      return await this.run({ call, work, args, attempt, slot })
    } finally {
      slot.end()
    }
  }

  #stand(call: Call): Turn {
    return this.#work.stand(call, this.#priorityOf(call))
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

  async #openStream<Y>(
    call: Call,
    work: Entered['work'],
    args: readonly unknown[],
    attempt: number,
  ): Promise<Producer<Y>> {
    const turn = this.#stand(call)
    await turn.came
    const slot = turn.take()
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

  #forget(call: Call): void {
    call.cancellation.end()
    endNow(call.options)
    this.#work.delete(call)
  }
}
