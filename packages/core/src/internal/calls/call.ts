import { AsyncLocalStorage } from 'node:async_hooks'
import { thrownText } from '../../errors/envelope.js'
import { type Started, TaskCancelledError, TaskTimeoutError } from '../../errors/executor-error.js'
import { type Deferred, deferred } from '../deferred.js'
import type { Member } from '../line/roster.js'
import { currentFrame, type Frame, noFrame } from '../running/frame.js'
import type { RunningTask } from '../running/running-task.js'
import { type AbortListener, listenTo, stopListening } from '../signals.js'
import { boundOptions, definitionOf, type TaskDefinition } from '../tasks/task-definition.js'
import { Timer } from '../timers.js'
import { type AttemptRules, blameByClass } from './attempts.js'
import { Cancellation, type Dependent } from './cancellation.js'
import {
  attemptOf,
  type BodyFailures,
  type CallRoot,
  type ForwardedOptions,
  follows,
  onBodyStart,
  rootOf,
} from './forwarded-options.js'
import { earliestDeadline, mergeHeaders } from './inherited.js'
import type { CallEnd } from './told-call.js'

/** One attempt of a call that runs elsewhere, as far as it tells whether its body has begun. */
export interface AttemptState {
  readonly isStarted: boolean
  /** Whether it certainly has not begun; absent: once it is out, it may begin before a word of that is here. */
  readonly isWaiting?: boolean
  /** Sees to it that `isStarted` holds until the call is interrupted, which is next. */
  decide?(): void
}

/**
 * One submit from its acceptance to its settlement: the options merged with the task's own, the deadline and
 * the parent it inherits, and whatever may interrupt it. It settles once; the first one wins.
 */
export class Call implements AbortListener, BodyFailures, Dependent, Member {
  /** Links for whoever keeps the calls of an executor. */
  list: Member['list']
  next: Member['next']
  prev: Member['prev']
  readonly definition: TaskDefinition | undefined
  readonly options: ForwardedOptions
  readonly executor: string
  /** Told when the call is interrupted; what the body's `signal` follows. */
  readonly cancellation: Cancellation = new Cancellation()
  /** Epoch ms, the smallest of what the call says and what surrounds it. */
  readonly deadline: number | undefined
  readonly headers: Readonly<Record<string, string>> | undefined
  readonly parent: RunningTask | undefined
  /** What surrounded the submit. */
  readonly frame: Frame | undefined
  /** Asked whether the attempt has started, where only somebody else can tell. */
  attempt: AttemptState | undefined
  #isStarted = false
  /** What the body of an attempt threw. */
  #thrown: unknown
  /** Another executor has the call: whether its body has begun, nobody here can tell. */
  isElsewhere = false
  #isSettled = false
  #timer: Timer | undefined
  #follower: Dependent | undefined
  readonly #end: CallEnd | undefined
  /** Runs code where the call was made; for its `onProgress`. */
  readonly #inSurroundings: ((report: () => void) => void) | undefined
  /** Made when somebody reads the promise. */
  #settlement: Deferred<unknown> | undefined
  #outcome: { readonly value: unknown } | { readonly reason: unknown } | undefined

  /**
   * @param end told how it ends, where nobody reads its promise.
   * @param around what surrounds it, for those who know, or `noFrame`: to look it up is much of what a call costs.
   */
  constructor(
    executor: string,
    work: unknown,
    options: ForwardedOptions,
    end?: CallEnd,
    around: Frame | undefined = currentFrame(),
  ) {
    const frame = around === noFrame ? undefined : around
    this.frame = frame
    this.executor = executor
    this.#end = end
    this.definition = definitionOf(work)
    const bound = this.definition && boundOptions(work)
    this.options = bound ? { ...bound, ...options } : options
    if (this.options.onProgress) this.#inSurroundings = AsyncLocalStorage.snapshot()
    this.parent = frame?.task
    this.headers = mergeHeaders(this.parent?.headers, this.options.headers)
    this.deadline = earliestDeadline(this.definition, this.options, frame)
    this.#arm()
  }

  get promise(): Promise<unknown> {
    if (this.#settlement === undefined) {
      this.#settlement = deferred<unknown>()
      this.#tell(this.#settlement)
    }
    return this.#settlement.promise
  }

  get isSettled(): boolean {
    return this.#isSettled
  }

  /** Whether an attempt has started; set with the first one. */
  get isStarted(): boolean {
    return this.#isStarted || this.attempt?.isStarted === true
  }

  set isStarted(isStarted: boolean) {
    this.#isStarted = isStarted
    if (isStarted) this.options[onBodyStart]?.()
  }

  get taskName(): string | undefined {
    return this.definition?.name
  }

  /** Whoever made it from outside, or what it is nested in. */
  get root(): CallRoot | undefined {
    return this.options[rootOf] ?? this.parent?.root
  }

  /** Those of this thread that are held for it. */
  get slots(): Frame['slots'] {
    return this.frame?.slots
  }

  /** What the call, else its task, says about repeating. */
  get retry(): AttemptRules['retry'] {
    return this.options.retry ?? this.definition?.retry
  }

  /** The attempts that the call's options and its task ask for. */
  get attemptRules(): AttemptRules {
    return {
      retry: this.retry,
      mayRunTwice:
        this.definition?.idempotent === true || this.options.idempotencyKey !== undefined,
      cancellation: this.cancellation,
      blame: (error) => this.blame(error),
    }
  }

  /** The body of an attempt threw `error`, be it the error of an executor. Another attempt may follow. */
  threw(error: unknown): void {
    this.#thrown = error
    if (!this.#isStarted) this.isStarted = true
    // What ended it otherwise is no body's failure, also where the body throws that after it.
    if (!this.#isSettled) this.options[attemptOf]?.threw(error)
  }

  /** Whose failure an attempt was that rejected with `error`. */
  blame(error: unknown): 'body' | 'infrastructure' {
    return error === this.#thrown ? 'body' : blameByClass(error)
  }

  /**
   * Passes what the body reports to the caller, where and as long as that waits for it; `undefined` where nobody listens. Reports come
   * by sockets and ports, which are surrounded by whatever was going on when they were opened.
   */
  get progress(): ((data: unknown) => void) | undefined {
    const { onProgress } = this.options
    if (onProgress === undefined) return undefined
    return (data) => {
      if (this.#isSettled) return
      try {
        this.#inSurroundings?.(() => onProgress(data))
      } catch (error) {
        // The listener's failure is not the body's.
        const who = this.taskName ?? 'a call'
        process.emitWarning(`onProgress of ${who} threw: ${thrownText(error)}`)
      }
    }
  }

  resolve(value?: unknown): void {
    if (this.#isSettled) return
    this.#disarm()
    if (this.#end) this.#end.resolved(value)
    else this.#settle({ value })
  }

  reject(reason: unknown): void {
    if (this.#isSettled) return
    this.#disarm()
    if (this.#end) this.#end.rejected(reason)
    else this.#settle({ reason })
  }

  /** Ends the call now: its promise rejects with `reason`, the body is told. @returns whether it was still open. */
  interrupt(reason: unknown): boolean {
    if (this.#isSettled) return false
    this.reject(reason)
    this.cancellation.cancel(reason)
    return true
  }

  /** The caller's signal aborted. */
  aborted(reason: unknown): void {
    this.interrupt(reason)
  }

  /** Its executor ends: interrupts it with the same reason for this one call, as whether it had begun differs. */
  interruptLike({ message, origin, executor }: TaskCancelledError): void {
    this.#decide()
    this.interrupt(new TaskCancelledError(message, { origin, ...this.identity, executor }))
  }

  /** The task that made this call was cancelled. */
  cancelled(reason: unknown): void {
    this.#decide()
    this.interrupt(
      new TaskCancelledError('The task that made this call was cancelled.', {
        origin: 'parent',
        cause: reason,
        ...this.identity,
      }),
    )
  }

  /** Ends by itself from now on, whatever becomes of the call in front. */
  stopFollowing(): void {
    if (this.#follower) this.options[follows]?.remove(this.#follower)
  }

  /** Leaves the time limit to the executor that has the call now: it knows whether the body has begun. */
  stopClock(): void {
    this.#timer?.clear()
    this.#timer = undefined
  }

  /** Watches the time again. */
  startClock(): void {
    if (this.deadline === undefined || this.#timer !== undefined || this.#isSettled) return
    this.#timer = new Timer(Math.max(this.deadline - Date.now(), 0), () => this.#timeOut())
  }

  /** What errors say of the body. */
  get started(): Started {
    if (this.isStarted) return this.isElsewhere ? 'unknown' : true
    return this.attempt === undefined || this.attempt.isWaiting === true ? false : 'unknown'
  }

  /** The fields by which errors name this call. */
  get identity(): { task?: string; executor: string; started: Started } {
    const { executor, started } = this
    return this.taskName === undefined
      ? { executor, started }
      : { task: this.taskName, executor, started }
  }

  #settle(outcome: { readonly value: unknown } | { readonly reason: unknown }): void {
    this.#outcome = outcome
    if (this.#settlement) this.#tell(this.#settlement)
  }

  #tell({ resolve, reject }: Deferred<unknown>): void {
    const outcome = this.#outcome
    if (outcome === undefined) return
    if ('reason' in outcome) reject(outcome.reason)
    else resolve(outcome.value)
  }

  #arm(): void {
    const { signal } = this.options
    const leftMs = this.deadline === undefined ? undefined : this.deadline - Date.now()
    const followed = this.options[follows]
    if (signal?.aborted) this.interrupt(signal.reason)
    else if (followed?.isCancelled) this.interrupt(followed.reason)
    else if (this.parent?.cancellation.isCancelled) this.cancelled(this.parent.cancellation.reason)
    else if (leftMs !== undefined && leftMs <= 0) this.#timeOut()
    if (this.#isSettled) return
    this.startClock()
    if (signal) listenTo(signal, this)
    if (followed) followed.add(this.#follow())
    this.parent?.cancellation.add(this)
  }

  #disarm(): void {
    this.#isSettled = true
    this.#timer?.clear()
    if (this.options.signal) stopListening(this.options.signal, this)
    this.stopFollowing()
    this.parent?.cancellation.remove(this)
  }

  #follow(): Dependent {
    this.#follower = { cancelled: (reason) => void this.interrupt(reason) }
    return this.#follower
  }

  /** To be called before a reason is made that says whether the body has begun. */
  #decide(): void {
    if (!this.#isSettled) this.attempt?.decide?.()
  }

  #timeOut(): void {
    this.#decide()
    const phase = this.isStarted ? 'running' : 'waiting'
    const what = this.taskName === undefined ? 'The call' : `Task '${this.taskName}'`
    this.interrupt(
      new TaskTimeoutError(`${what} timed out while ${phase}.`, { phase, ...this.identity }),
    )
  }
}
