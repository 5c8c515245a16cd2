import { TaskCancelledError, TaskTimeoutError } from '../../errors/executor-error.js'
import type { Executor } from '../../executor.js'
import { deferred } from '../deferred.js'
import type { Entered } from '../line/entered.js'
import { currentFrame, inFrame } from '../running/frame.js'
import type { Producer } from '../running/stream-call.js'
import type { Call } from './call.js'
import {
  attemptNumber,
  attemptOf,
  type ForwardedOptions,
  follows,
  onBodyEnd,
  reportsEnd,
  rootOf,
} from './forwarded-options.js'

/** Submits one attempt to another executor. Settles when the body has ended, as far as that executor tells. */
export function submitTo(inner: Executor, entered: Entered): Promise<unknown> {
  entered.call.isElsewhere = true
  return reportsEnd in inner ? submitAndFollow(inner, entered) : submitAndWait(inner, entered)
}

async function submitAndWait(inner: Executor, entered: Entered): Promise<unknown> {
  try {
    return await submit(inner, entered)
  } finally {
    entered.call.isElsewhere = false
  }
}

async function submitAndFollow(inner: Executor, entered: Entered): Promise<unknown> {
  const { call } = entered
  const bodyEnd = deferred()
  let hasEnded = false
  // Its clock rules while it has the call: it knows whether the body has begun.
  call.stopClock()
  try {
    return await submit(inner, entered, () => {
      hasEnded = true
      bodyEnd.resolve()
    })
  } catch (error) {
    // Ended by its clock or its close while the body runs: the caller is told now.
    if (!hasEnded && isInterruption(error)) call.interrupt(error)
    throw error
  } finally {
    call.startClock()
    // A cancelled call rejects before its body has ended; the slot here waits for the end.
    if (call.cancellation.isCancelled) await bodyEnd.promise
    call.isElsewhere = false
  }
}

/** Starts a stream on another executor. */
export function streamFrom<Y>(inner: Executor, entered: Entered, ended: () => void): Producer<Y> {
  const { call, work, args, attempt } = entered
  const bodyEnd = deferred()
  const options = optionsFor(call, attempt, reportsEnd in inner ? bodyEnd.resolve : undefined)
  const streamed = work as (...args: unknown[]) => AsyncIterable<Y>
  const items = inner.stream(streamed, args as unknown[], options)
  return new ForwardedProducer(
    items,
    reportsEnd in inner ? bodyEnd.promise : undefined,
    ended,
    entered,
  )
}

class ForwardedProducer<Y> implements Producer<Y> {
  readonly #items: AsyncGenerator<Y, void, undefined>
  readonly #bodyEnd: Promise<void> | undefined
  readonly #ended: () => void
  readonly #entered: Entered
  #isBegun = false
  #stopping: Promise<void> | undefined

  constructor(
    items: AsyncGenerator<Y, void, undefined>,
    bodyEnd: Promise<void> | undefined,
    ended: () => void,
    entered: Entered,
  ) {
    this.#items = items
    this.#bodyEnd = bodyEnd
    this.#ended = ended
    this.#entered = entered
  }

  next(): Promise<IteratorResult<Y, unknown>> {
    if (this.#isBegun) return this.#items.next()
    this.#isBegun = true
    // A stream is accepted with its first step, in the surroundings of that.
    return aroundSlot(this.#entered, () => this.#items.next())
  }

  stop(): Promise<void> {
    this.#stopping ??= this.#stop()
    return this.#stopping
  }

  leave(): void {
    this.stop().catch(() => {})
  }

  async #stop(): Promise<void> {
    try {
      await this.#items.return()
    } catch (error) {
      // Without the inner executor's symbols the leaving also reaches it as an aborted signal.
      const { cancellation } = this.#entered.call
      if (!cancellation.isCancelled || error !== cancellation.reason) throw error
    } finally {
      await (this.#isBegun ? this.#bodyEnd : undefined)
      this.#ended()
    }
  }
}

function submit(inner: Executor, entered: Entered, ended?: () => void): Promise<unknown> {
  const { call, work, args, attempt } = entered
  const options = optionsFor(call, attempt, ended)
  return aroundSlot(entered, () =>
    inner.submit(work as (...args: unknown[]) => unknown, args as unknown[], options),
  )
}

/**
 * Options for the executor that really runs the call: one attempt, in the time that is left. Only what there is, for
 * executors that look at the keys.
 *
 * @param ended told when the body is over; for an executor that carries `reportsEnd`.
 */
function optionsFor(
  call: Call,
  attempt: number,
  ended: (() => void) | undefined,
): ForwardedOptions {
  const { headers, options: own, cancellation } = call
  const timeoutMs = timeLeft(call)
  // Where this call is an attempt itself, of somebody further out, that is the attempt it is.
  const options: Writable<ForwardedOptions> = {
    retry: 0,
    [attemptNumber]: own[attemptNumber] ?? attempt,
    [attemptOf]: call,
  }
  if (ended === undefined) options.signal = cancellation.signal
  else {
    options[follows] = cancellation
    options[onBodyEnd] = ended
  }
  if (timeoutMs !== undefined) options.timeoutMs = timeoutMs
  if (headers !== undefined) options.headers = headers
  if (own.priority !== undefined) options.priority = own.priority
  if (own.idempotencyKey !== undefined) options.idempotencyKey = own.idempotencyKey
  if (own.transfer !== undefined) options.transfer = own.transfer
  if (own.tags !== undefined) options.tags = own.tags
  if (call.progress !== undefined) options.onProgress = call.progress
  if (own[rootOf] !== undefined) options[rootOf] = own[rootOf]
  return options
}

type Writable<T> = { -readonly [K in keyof T]: T[K] }

/** Where the call has no limit though its task has one, the executor behind is told that it has none. */
function timeLeft({ deadline, definition }: Call): number | undefined {
  if (deadline !== undefined) return Math.max(deadline - Date.now(), 1)
  return definition?.timeoutMs === undefined ? undefined : Number.POSITIVE_INFINITY
}

function isInterruption(error: unknown): boolean {
  return error instanceof TaskTimeoutError || error instanceof TaskCancelledError
}

/** Submits with this executor's slot in the frame, so that a nested call that comes back here can borrow it. */
function aroundSlot<T>({ slot }: Entered, submit: () => T): T {
  return inFrame({ slots: [slot, ...(currentFrame()?.slots ?? [])] }, submit)
}
