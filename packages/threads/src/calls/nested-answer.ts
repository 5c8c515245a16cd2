import { encodeError, type Transferable } from '@conc/core'
import {
  attemptNumber,
  type BodyFailures,
  type CallEnd,
  type ForwardedOptions,
  nestedHome,
  type TaskDefinition,
} from '@conc/core/internal'
import { type Blame, type NestedRequest, toThread } from '../between/messages.js'
import { openStreamWay, type StreamWay } from '../between/stream-way.js'
import { cloneFailure } from '../between/values.js'
import type { Thread } from '../thread/thread.js'
import type { Attempt, AttemptOwner } from './attempt.js'
import { goesOn, wentOn } from './nested-wait.js'

/** Who made a nested call. */
export interface NestedCaller {
  readonly thread: Thread
  /** The thread's own number of the call. */
  readonly nested: number
  readonly parent: Attempt | undefined
}

/** The attempt of a nested call, and its end, as there is no promise of it. */
export interface NestedOwner extends AttemptOwner, CallEnd {
  readonly options: ForwardedOptions
  readonly attempt: number
  /** Whether the body that made the call is over. */
  readonly isLeft: boolean
}

/** Brings the end of a nested call back into the thread that made it. */
export class NestedAnswer implements NestedOwner, BodyFailures {
  readonly options: ForwardedOptions
  readonly attempt: number
  readonly #thread: Thread
  readonly #nested: number
  readonly #parent: Attempt | undefined
  readonly isStream: boolean
  readonly #task: string
  readonly #onEnd: () => void
  #moved: readonly Transferable[] | undefined
  #isSettled = false
  #isHandedOver = false
  #bodyFailure: { readonly error: unknown } | undefined

  /** @param onEnd called before the end is sent. */
  constructor(
    { thread, nested, parent }: NestedCaller,
    { name, isStream }: TaskDefinition,
    request: NestedRequest,
    onEnd: () => void,
  ) {
    this.#thread = thread
    this.#nested = nested
    this.#parent = parent
    this.#task = name
    this.#onEnd = onEnd
    this.isStream = isStream
    this.attempt = request.context?.attempt ?? 1
    this.options = this.#optionsOf(request)
  }

  get isLeft(): boolean {
    return this.#parent === undefined || this.#parent.state === 'ended'
  }

  resolved(value: unknown): void {
    this.#settle(() => this.#sendResult(value))
  }

  rejected(error: unknown): void {
    this.#settle(() => this.#sendFailure(error))
  }

  succeeded(attempt: Attempt, value: unknown): void {
    this.#moved = attempt.moved
    attempt.call.resolve(value)
  }

  failed(attempt: Attempt, error: unknown, blame: Blame): void {
    if (blame === 'body') this.threw(error)
    attempt.call.reject(error)
  }

  threw(error: unknown): void {
    this.#bodyFailure = { error }
  }

  placed(attempt: Attempt): StreamWay | undefined {
    const { isStream } = this
    if (!isStream && attempt.call.deadline === undefined) return undefined
    const [consumer, producer] = isStream ? openStreamWay() : []
    const moved = consumer && [consumer.port]
    this.#thread.answer([toThread.nestedBegun, this.#nested, consumer], moved)
    return producer
  }

  numberOn(thread: Thread | undefined): number | undefined {
    return thread === this.#thread && !this.isStream ? this.#nested : undefined
  }

  handedOver(attempt: Attempt): void {
    this.#isHandedOver = true
    wentOn(this.#thread, this.#parent, attempt, this.#isSettled)
  }

  /** Its body begins elsewhere. */
  begun(): void {
    this.#thread.answer([toThread.nestedBegun, this.#nested, undefined])
  }

  #settle(send: () => void): void {
    this.#isSettled = true
    this.#onEnd()
    if (!this.#isHandedOver) goesOn(this.#thread, this.#parent, send)
  }

  #sendResult(value: unknown): void {
    if (!this.#moved && this.#thread.answerBriefly(this.#nested, value)) return
    try {
      this.#thread.answer([toThread.nestedResult, this.#nested, value], this.#moved)
    } catch (cause) {
      const owner = { task: this.#task, executor: this.#thread.executor, started: true }
      this.#sendFailure(cloneFailure(cause, value, 'result', this.#moved, owner))
    }
  }

  #sendFailure(error: unknown): void {
    const blame = this.#bodyFailure?.error === error ? 'body' : 'infrastructure'
    this.#thread.answer([toThread.nestedFailure, this.#nested, encodeError(error), blame])
  }

  #optionsOf({ context, priority, transfer }: NestedRequest): ForwardedOptions {
    const progress = (data: unknown): void =>
      this.#thread.answer([toThread.nestedProgress, this.#nested, data])
    return {
      retry: 0,
      [attemptNumber]: this.attempt,
      ...(context?.headers && { headers: context.headers }),
      ...(priority !== undefined && { priority }),
      ...(transfer && { transfer }),
      ...(context?.wantsProgress && { onProgress: progress }),
      // Grandchildren go where the children go.
      [nestedHome]: this.#parent?.call.options[nestedHome],
    }
  }
}
