import { type TaskCancelledError, WorkerLostError } from '@conc/core'
import {
  Call,
  captureContext,
  deferred,
  endNow,
  type KeepAlive,
  type Producer,
  type RemoteWork,
  Roster,
  runAttempts,
  type TravelContext,
} from '@conc/core/internal'
import type { Blame, CallContext } from '../between/messages.js'
import { openStreamWay } from '../between/stream-way.js'
import type { Count } from '../pool/metrics.js'
import type { ThreadPool } from '../pool/thread-pool.js'
import { StreamReceiver } from '../streams/stream-receiver.js'
import { Attempt, type AttemptOwner } from './attempt.js'
import { contextOf } from './call-context.js'
import type { NestedOwner } from './nested-answer.js'
import type { TaskWork } from './nested-calls.js'
import { NestedStreams } from './nested-streams.js'

/** The calls of one executor from their acceptance until their bodies are over, and the attempts they make. */
export class AcceptedCalls implements RemoteWork {
  readonly #name: string
  readonly #pool: ThreadPool
  readonly #keepAlive: KeepAlive
  readonly #onEnd: () => void
  /**
   * No `Set`: each time that one makes itself a new table, the old one holds on to the calls in it and to the next table, so
   * that short calls would become old, and collecting them half of their cost.
   */
  readonly #calls = new Roster()
  readonly #streams = new NestedStreams()
  /** Of calls that are made once. */
  readonly #once: AttemptOwner = {
    succeeded: (attempt, value) => {
      attempt.call.resolve(value)
      this.#over(attempt, 'completed')
    },
    failed: (attempt, error, blame) => {
      if (blame === 'body') attempt.call.threw(error)
      attempt.call.reject(error)
      this.#over(attempt, failureOf(error, blame))
    },
  }

  /** @param onEnd called after each end of a call. */
  constructor(name: string, pool: ThreadPool, keepAlive: KeepAlive, onEnd: () => void) {
    this.#name = name
    this.#pool = pool
    this.#keepAlive = keepAlive
    this.#onEnd = onEnd
  }

  get isEmpty(): boolean {
    return this.#calls.size === 0
  }

  add(call: Call): void {
    this.#calls.append(call)
    this.#keepAlive.hold()
  }

  /** The body is over, and there will be no other. */
  delete(call: Call): void {
    if (call.list !== this.#calls) return
    this.#calls.remove(call)
    this.#streams.delete(call)
    call.cancellation.end()
    endNow(call.options)
    this.#keepAlive.letGo()
    this.#onEnd()
  }

  interruptAll(reason: TaskCancelledError): void {
    for (const call of [...this.#calls] as Call[]) call.interruptLike(reason)
  }

  /** Ends streams of bodies that are over: nobody may ever pull them. */
  endLeftStreams(): void {
    this.#streams.endLeft()
  }

  /** Makes the attempts of a call and settles it. */
  perform(call: Call, args: readonly unknown[]): Promise<unknown> {
    this.add(call)
    const context = captureContext(call)
    if (call.retry !== undefined) void this.#repeat(call, args, context)
    else this.#start(call, args, contextOf(call, context, 1), this.#once)
    return call.promise
  }

  /** Starts one attempt of a stream; the call is settled by its consumer. */
  async openStream<Y>(
    call: Call,
    args: readonly unknown[],
    context: TravelContext | undefined,
    number: number,
  ): Promise<Producer<Y>> {
    const receiver = new StreamReceiver<Y>(call)
    const placed = deferred()
    this.#start(call, args, contextOf(call, context, number), {
      isStream: true,
      placed: () => {
        const [consumer, producer] = openStreamWay()
        receiver.attach(consumer)
        placed.resolve()
        return producer
      },
      succeeded: (attempt) => {
        this.#count(attempt, 'completed')
        receiver.bodyOver()
      },
      failed: (attempt, error, blame) => {
        if (blame === 'body') call.threw(error)
        this.#count(attempt, failureOf(error, blame))
        receiver.bodyOver({ error })
        placed.reject(error)
      },
    })
    await placed.promise
    return receiver
  }

  /** Makes the one attempt of a call that a body makes. */
  performNested(work: TaskWork, args: readonly unknown[], owner: NestedOwner): Call {
    const call = new Call(this.#name, work, owner.options, owner)
    if (call.isSettled) return call
    this.add(call)
    if (owner.isStream) this.#streams.add(call, owner)
    this.#start(call, args, contextOf(call, captureContext(call), 1), {
      isStream: owner.isStream === true,
      placed: (attempt) => owner.placed?.(attempt),
      numberOn: (thread) => owner.numberOn?.(thread),
      handedOver: (attempt) => owner.handedOver?.(attempt),
      succeeded: (attempt, value) => {
        owner.succeeded(attempt, value)
        this.#over(attempt, 'completed')
      },
      failed: (attempt, error, blame) => {
        owner.failed(attempt, error, blame)
        this.#over(attempt, failureOf(error, blame))
      },
    })
    return call
  }

  async #repeat(
    call: Call,
    args: readonly unknown[],
    context: TravelContext | undefined,
  ): Promise<void> {
    const attempt = (number: number): Promise<unknown> =>
      this.#attempt(call, args, contextOf(call, context, number))
    try {
      call.resolve(await runAttempts(call.attemptRules, attempt))
    } catch (error) {
      call.reject(error)
    } finally {
      this.delete(call)
    }
  }

  /** One of several attempts, as a promise that settles when its body has ended. */
  #attempt(
    call: Call,
    args: readonly unknown[],
    context: CallContext | undefined,
  ): Promise<unknown> {
    const { promise, resolve, reject } = deferred<unknown>()
    this.#start(call, args, context, {
      succeeded: (attempt, value) => {
        this.#count(attempt, 'completed')
        resolve(value)
      },
      failed: (attempt, error, blame) => {
        this.#count(attempt, failureOf(error, blame))
        if (blame === 'body') call.threw(error)
        reject(error)
      },
    })
    return promise
  }

  #start(
    call: Call,
    args: readonly unknown[],
    context: CallContext | undefined,
    owner: AttemptOwner,
  ): void {
    const attempt = new Attempt(this.#pool, call, args, context, owner)
    call.attempt = attempt
    if (call.cancellation.isCancelled) {
      attempt.fail(call.cancellation.reason, 'infrastructure')
      return
    }
    this.#pool.join(attempt)
    call.cancellation.add(attempt)
  }

  #over(attempt: Attempt, outcome: Count): void {
    this.#count(attempt, outcome)
    this.delete(attempt.call)
  }

  #count(attempt: Attempt, outcome: Count): void {
    const { counts } = this.#pool.metrics
    if (attempt.call.cancellation.isCancelled) counts.cancelled++
    else counts[outcome]++
    this.#pool.metrics.timed(attempt)
  }
}

function failureOf(error: unknown, blame: Blame): Count {
  return blame !== 'body' && error instanceof WorkerLostError ? 'lost' : 'failed'
}
