import { performance } from 'node:perf_hooks'
import { TaskCancelledError, type Transferable } from '@conc/core'
import {
  type Call,
  Cancellation,
  type Dependent,
  type Line,
  newCallId,
  type Place,
  RunningTask,
  type TaskDefinition,
} from '@conc/core/internal'
import type { Blame, CallContext } from '../between/messages.js'
import type { StreamWay } from '../between/stream-way.js'
import { transferOf } from '../between/values.js'
import type { Thread } from '../thread/thread.js'

/** Who wants to know how an attempt went. Told once, when no body of it runs any more. */
export interface AttemptOwner {
  succeeded(attempt: Attempt, value: unknown): void
  failed(attempt: Attempt, error: unknown, blame: Blame): void
  /** It has a way for items, whose end goes along; `placed` makes it. */
  readonly isStream?: boolean
  /** It is on its way to a thread. */
  placed?(attempt: Attempt): StreamWay | undefined
  /** The number of this call on `thread`, where a body there has made it. */
  numberOn?(thread: Thread | undefined): number | undefined
  /** Its body is over, and the one on its thread that made this call goes on already. */
  handedOver?(attempt: Attempt): void
}

/** Where an attempt waits and goes. */
export interface AttemptHome {
  enter(attempt: Attempt): void
  /** Cancelled: takes it out of the line. @returns whether it stood there. */
  leave(attempt: Attempt): boolean
}

/** One attempt of a call, from the line to the end of its body. */
export class Attempt implements Place, Dependent {
  list: Place['list']
  next: Place | undefined
  prev: Place | undefined
  readonly call: Call
  readonly args: readonly unknown[]
  readonly context: CallContext | undefined
  readonly owner: AttemptOwner
  readonly #home: AttemptHome
  /** When it joined the line, and when it last took a slot; from `performance.now()`. */
  readonly since: number
  slotSince = 0
  startedAt = 0
  thread: Thread | undefined
  id = 0
  state: 'waiting' | 'placed' | 'withdrawn' | 'ended' = 'waiting'
  holdsSlot = false
  /** What is moved with the arguments, which then cannot be sent again. */
  readonly transfer: readonly Transferable[] | undefined
  /** Threads that were lost before its body began. */
  losses = 0
  /** Nested calls it waits for. While there are any, it holds no slot. */
  outstanding = 0
  /** What came back with the result by being moved: it has to be moved on. */
  moved: readonly Transferable[] | undefined
  #mirror: RunningTask | undefined

  constructor(
    home: AttemptHome,
    call: Call,
    args: readonly unknown[],
    context: CallContext | undefined,
    owner: AttemptOwner,
  ) {
    this.#home = home
    this.call = call
    this.args = args
    this.context = context
    this.owner = owner
    this.transfer = transferOf(args, call.options.transfer)
    this.since = performance.now()
  }

  get definition(): TaskDefinition {
    return this.call.definition as TaskDefinition
  }

  /** Whether it can be sent to a busy thread, as it can be taken back from there at any time. */
  get isPatient(): boolean {
    return this.transfer === undefined && this.owner.placed === undefined && this.priority === 0
  }

  get priority(): number {
    return this.call.options.priority ?? 0
  }

  /** Whether the body has begun; the claim table knows. */
  get isStarted(): boolean {
    return this.state === 'placed' && this.thread?.calls.hasStarted(this) === true
  }

  /** What the claim table says of a body holds once that was decided. */
  get isWaiting(): boolean {
    return !this.isStarted
  }

  /** From now on its body has begun or never will. To be followed by `cancelled`. */
  decide(): void {
    if (this.state === 'placed' && this.thread?.placement.decide(this)) this.state = 'withdrawn'
  }

  /** Stands before all others of its priority: sent in vain, or taken back. */
  joinFront(line: Line): void {
    this.thread = undefined
    this.state = 'waiting'
    line.joinFront(this, this.priority)
  }

  enter(): void {
    this.#home.enter(this)
  }

  /** The call was interrupted. */
  cancelled(reason: unknown): void {
    if (this.state === 'placed') this.thread?.placement.cancel(this, reason)
    else if (this.state === 'withdrawn' || (this.state === 'waiting' && this.#home.leave(this))) {
      this.fail(reason, 'infrastructure')
    }
    this.#mirror?.cancellation.cancel(firstOf(reason))
  }

  succeed(value: unknown): void {
    if (!this.#end()) return
    this.#mirror?.cancellation.end()
    this.owner.succeeded(this, value)
  }

  fail(error: unknown, blame: Blame): void {
    if (!this.#end()) return
    // A body that threw leaves its nested calls alone; one that is gone takes them along.
    if (blame !== 'body') this.#mirror?.cancellation.cancel(error)
    this.#mirror?.cancellation.end()
    this.owner.failed(this, error, blame)
  }

  /** The body as its nested calls see it here: they hang on this attempt, as it can be lost and the call go on. */
  asParent(id: string | undefined): RunningTask {
    this.#mirror ??= this.#makeMirror(id)
    return this.#mirror
  }

  #makeMirror(id = newCallId()): RunningTask {
    const { isCancelled, reason } = this.call.cancellation
    const cancellation = new Cancellation()
    if (isCancelled) cancellation.cancel(reason)
    return new RunningTask({
      name: this.definition.name,
      executor: this.call.executor,
      cancellation,
      id,
      parent: this.call.parent,
      root: this.call.root,
    })
  }

  #end(): boolean {
    if (this.state === 'ended') return false
    this.state = 'ended'
    this.call.cancellation.remove(this)
    return true
  }
}

/** What ended the outermost call: the causes of nested ones need not be as deep as the calls. */
function firstOf(reason: unknown): unknown {
  return reason instanceof TaskCancelledError && reason.origin === 'parent' ? reason.cause : reason
}
