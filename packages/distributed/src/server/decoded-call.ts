import { type Executor, TaskCancelledError, TaskTimeoutError } from '@conc/core'
import {
  attemptNumber,
  type Call,
  type CallEnd,
  Cancellation,
  currentFrame,
  type ForwardedOptions,
  type Frame,
  isTelling,
  type LiveBody,
  noFrame,
  reportsEnd,
  runInFrame,
  startTold,
  type TellingExecutor,
  taskDefinition,
} from '@conc/core/internal'
import type { SentCall } from '../calls/call-route.js'
import type { CallOwner, CallRequest, Ending } from '../coordinator/call-request.js'
import type { Fault } from '../coordinator/fault.js'
import { ItemPacker } from '../protocol/item-packer.js'
import { BodyNames } from './body-names.js'
import { isPlain, surroundingsOf } from './call-surroundings.js'
import { type DeclaredWork, declaredWork } from './declared-work.js'
import { type DecodedOptions, submittedOptions, toldOptions } from './decoded-options.js'
import { encodedValue, failedWith, refusedWith, succeededWith } from './encoded-ending.js'
import { argsOf } from './task-request.js'

/** One call on its way from bytes to values and back. */
export class DecodedCall implements SentCall, CallEnd {
  readonly request: CallRequest
  readonly executor: Executor
  readonly owner: CallOwner
  /** Of a value. */
  readonly maxBytes: number
  readonly #around: Frame
  isStarted = false
  /** The consumer of a stream has left it. */
  isLeft = false
  /** What the body threw, where the executor says so. */
  #thrown: { readonly error: unknown } | undefined
  #isOver = false
  #names: BodyNames | undefined
  #isBodyOver = false
  #ending: Ending | undefined
  #cancellation: Cancellation | undefined
  /** Where the executor tells of it instead of promising. */
  #call: Call | undefined
  /** Where its items wait for the end of the turn: told before anything else of it is. */
  #packer: ItemPacker | undefined

  constructor(
    executor: Executor,
    request: CallRequest,
    owner: CallOwner,
    maxBytes: number,
    around: Frame,
  ) {
    this.executor = executor
    this.request = request
    this.owner = owner
    this.maxBytes = maxBytes
    this.#around = around
  }

  get cancellation(): Cancellation {
    this.#cancellation ??= new Cancellation()
    return this.#cancellation
  }

  get isOver(): boolean {
    return this.#isOver
  }

  /** Bodies on this event loop say that they start when they do. */
  get isWaiting(): boolean {
    return !this.isStarted && this.executor.capabilities.values === 'identity'
  }

  named(id: string, body: LiveBody): void {
    if (this.#isOver) return
    this.#names ??= new BodyNames()
    this.#names.add(id, body)
  }

  submit(): void {
    this.owner.handedOver?.()
    if (isPlain(this.request) && isTelling(this.executor)) this.#start(this.executor)
    else this.#submit()
  }

  resolved(value: unknown): void {
    this.end(this.succeeded(value))
  }

  rejected(reason: unknown): void {
    this.end(this.failed(reason))
  }

  /** Where the executor has a slot for it: told of its end, without a promise on the way. */
  #start(executor: TellingExecutor): void {
    try {
      const work = this.#work()
      const args = this.#args()
      const frame = this.#around
      const options = toldOptions(this)
      this.#fill(options, work)
      this.#call = executor[startTold]({ work, args, options, frame, end: this })
    } catch (error) {
      this.#refuse(error)
      return
    }
    if (this.#call === undefined) this.#submit()
  }

  #submit(): void {
    this.within((work, args, options) => {
      this.executor.submit(work as () => unknown, args as [], options).then(
        (value) => this.end(this.succeeded(value)),
        (error) => this.end(this.failed(error)),
      )
    })
  }

  /** Calls `begin` with what was sent, in the surroundings of the call. What that throws ends it. */
  within(
    begin: (work: DeclaredWork, args: readonly unknown[], options: ForwardedOptions) => void,
  ): void {
    try {
      const work = this.#work()
      const args = this.#args()
      this.inFrame(() => begin(work, args, this.#options(work)))
    } catch (error) {
      this.#refuse(error)
    }
  }

  /** @throws what refuses it */
  #work(): DeclaredWork {
    const { task, version, kind } = this.request
    return declaredWork({ task, version, isStream: kind !== 'call' }, this.executor.name)
  }

  /** @throws what refuses it */
  #args(): readonly unknown[] {
    const values = argsOf(this.request)
    if (!Array.isArray(values)) throw new TypeError('The arguments are no list.')
    return values
  }

  #refuse(error: unknown): void {
    this.#isBodyOver = true
    queueMicrotask(() => this.end(refusedWith(error)))
  }

  cancel(reason: Fault): void {
    this.cancellation.cancel(reason.error)
    this.#call?.interrupt(reason.error)
  }

  tell(): void {}

  succeeded(value: unknown): Ending {
    return succeededWith(value, this)
  }

  failed(error: unknown): Ending {
    const isCancelled = this.isLeft || this.#cancellation?.isCancelled === true
    const isThrown = this.#thrown !== undefined && this.#thrown.error === error
    return failedWith(error, { isCancelled, isThrown }, this)
  }

  threw(error: unknown): void {
    this.#thrown = { error }
  }

  /** Of a stream. */
  packer(): ItemPacker {
    this.#packer = new ItemPacker({
      encode: (value) => encodedValue(value, 'item', this),
      maxItemBytes: this.maxBytes,
      tell: (pack) => this.owner.items?.(pack),
    })
    return this.#packer
  }

  /** A call that was told to stop is over when its body is; nobody waits for another one's body. */
  end(ending: Ending): void {
    if (this.#isOver) return
    this.#packer?.flush()
    this.#ending = ending
    if (!this.#isBodyGone) {
      if (this.#cancellation?.isCancelled || this.isLeft) return
      if (this.isStarted && isInterruption(ending)) {
        this.owner.interrupted?.(ending.fault)
        return
      }
    }
    this.#isOver = true
    this.#names?.end()
    this.#cancellation?.end()
    this.owner.ended(ending)
  }

  /** There was no body, and will be none. */
  neverBegins(): void {
    this.#isBodyOver = true
  }

  get #isBodyGone(): boolean {
    return this.#isBodyOver || !(reportsEnd in this.executor)
  }

  bodyEnded(): void {
    this.#isBodyOver = true
    const ending = this.#ending
    // The promise of a call that nobody cancelled is settled by now, but its reactions have not run.
    if (ending) this.end(ending)
  }

  bodyStarted(): void {
    if (this.isStarted) return
    this.isStarted = true
    this.owner.started?.()
  }

  /** In what came with the call, and in nothing of what surrounds its socket. */
  inFrame<T>(begin: () => T): T {
    if (!isPlain(this.request)) {
      const { request, owner, executor } = this
      return runInFrame(surroundingsOf(request, owner, executor.name, this.#around), begin)
    }
    if (this.#around === noFrame && currentFrame() === undefined) return begin()
    return runInFrame(this.#around, begin)
  }

  #options(work: DeclaredWork): ForwardedOptions {
    const options = submittedOptions(this, this.executor)
    this.#fill(options, work)
    return options
  }

  #fill(options: DecodedOptions, work: DeclaredWork): void {
    const { deadline, priority, headers, tags, attempt, wantsProgress } = this.request
    if (attempt > 1) options[attemptNumber] = attempt
    if (deadline !== undefined) options.timeoutMs = Math.max(deadline - Date.now(), 1)
    else if (work[taskDefinition].timeoutMs !== undefined) {
      options.timeoutMs = Number.POSITIVE_INFINITY
    }
    if (priority !== 0) options.priority = priority
    if (headers !== undefined) options.headers = headers
    if (tags !== undefined) options.tags = tags
    if (wantsProgress) options.onProgress = (data) => this.#progressed(data)
  }

  #progressed(data: unknown): void {
    this.#packer?.flush()
    try {
      this.owner.progress?.(encodedValue(data, 'progress', this))
    } catch (error) {
      // It is told on the way, and may get lost: no reason to fail the body.
      process.emitWarning(`Progress of '${this.request.task}' cannot travel: ${String(error)}`)
    }
  }
}

/** The executor has told the caller before the body is over: at the end of its time, or of the executor's. */
function isInterruption(ending: Ending): ending is Extract<Ending, { ok: false }> {
  if (ending.ok || ending.phase !== 'infra') return false
  const { error } = ending.fault
  return error instanceof TaskTimeoutError || error instanceof TaskCancelledError
}
