import { decodeError, encodeError, type Transferable } from '@conc/core'
import type { LinkSink, Subject } from '../between/link.js'
import { type ToParent, toParent, toThread } from '../between/messages.js'
import { briefNestedCall, isHandedOver } from '../between/records.js'
import type { RingRecord } from '../between/ring.js'
import { travelFailure } from '../between/values.js'
import type { Attempt } from '../calls/attempt.js'
import type { NestedCalls } from '../calls/nested-calls.js'
import type { Thread } from './thread.js'

/** What a thread says: how its calls went, what they report, and the calls that they make themselves. */
export class Inbox implements LinkSink<ToParent> {
  readonly #thread: Thread
  readonly #nested: NestedCalls

  constructor(thread: Thread, nested: NestedCalls) {
    this.#thread = thread
    this.#nested = nested
  }

  get expectsMore(): boolean {
    return this.#thread.calls.size > 0
  }

  /** A small result, or a small nested call. */
  record(record: RingRecord): void {
    const call = briefNestedCall(record)
    if (call === undefined) this.#ended(record)
    else {
      const { parent, task, args, context } = call
      const request = { task, args, context, priority: undefined, transfer: undefined }
      this.#nested.call(this.#thread, record.a, this.#find(parent), request)
    }
  }

  message(message: ToParent): void {
    switch (message[0]) {
      case toParent.result:
        this.#succeeded(message[1], message[2], message[3])
        break
      case toParent.failure:
        this.#thread.placement.answered(message[1])?.fail(decodeError(message[2]), message[3])
        break
      case toParent.started:
        this.#started(message[1])
        break
      case toParent.progress:
        this.#find(message[1])?.call.progress?.(message[2])
        break
      case toParent.nestedCall:
        this.#nested.call(this.#thread, message[1], this.#find(message[2]), message[3])
        break
      case toParent.declare:
        this.#nested.declare(this.#thread, message[1], message[2], message[3], message[4])
        break
      case toParent.nestedCancel:
        this.#nested.cancel(this.#thread, message[1], decodeError(message[2]))
        break
      case toParent.nestedReady:
        this.#nested.ready(this.#thread, message[1])
        break
      case toParent.waitBegun:
        this.#nested.waitBegun(this.#thread, this.#find(message[1]))
        break
      case toParent.waitOver:
        this.#nested.waitOver(this.#thread, message[1], this.#find(message[2]))
        break
      case toParent.asked:
        this.#nested.ask(this.#thread, message[1], this.#find(message[2]), {
          service: message[3],
          request: message[4],
        })
        break
      case toParent.said:
        this.#thread.records.take(message[2], this.#find(message[1])?.call.frame)
        break
      case toParent.pong:
        this.#thread.placement.pong()
        break
    }
  }

  /** Too deep for the stack of this thread, and the like: whoever waits for it has to know. */
  unreadable(cause: unknown, about: Subject | undefined): void {
    if (about === undefined) void this.#thread.terminate()
    else if (about.kind === toParent.said) this.#thread.records.skip()
    else if (about.kind === toParent.nestedCall || about.kind === toParent.asked)
      this.#refuseNested(about.number, cause)
    else if (about.kind === toParent.result || about.kind === toParent.failure) {
      this.#failed(about.number, cause)
    }
  }

  #ended(record: RingRecord): void {
    const { a: id, values } = record
    if (isHandedOver(record)) {
      const attempt = this.#find(id)
      attempt?.owner.handedOver?.(attempt)
    }
    this.#thread.placement.answered(id)?.succeed(values[0])
  }

  #started(id: number): void {
    const attempt = this.#find(id)
    if (attempt) attempt.call.isStarted = true
  }

  #failed(id: number, cause: unknown): void {
    const attempt = this.#thread.placement.answered(id)
    if (attempt === undefined) return
    const task = attempt.definition.name
    const owner = { task, executor: this.#thread.executor, started: true }
    attempt.fail(travelFailure(cause, 'result', owner), 'infrastructure')
  }

  #refuseNested(nested: number, cause: unknown): void {
    const owner = { task: undefined, executor: this.#thread.executor, started: false }
    const error = encodeError(travelFailure(cause, 'args', owner))
    this.#thread.answer([toThread.nestedFailure, nested, error, 'infrastructure'])
  }

  #find(id: number): Attempt | undefined {
    return this.#thread.calls.get(id)
  }

  #succeeded(id: number, value: unknown, moved: readonly Transferable[] | undefined): void {
    const attempt = this.#thread.placement.answered(id)
    if (attempt === undefined) return
    attempt.moved = moved
    attempt.succeed(value)
  }
}
