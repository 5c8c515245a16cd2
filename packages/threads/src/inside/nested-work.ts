import {
  type Call,
  captureContext,
  deferred,
  type Producer,
  type RemoteWork,
  runAttempts,
  type TaskDefinition,
  type TravelContext,
} from '@conc/core/internal'
import type { CallContext } from '../between/messages.js'
import { cloneFailure, refuseEmptied, refuseTransfer, transferOf } from '../between/values.js'
import { contextOf } from '../calls/call-context.js'
import { StreamReceiver } from '../streams/stream-receiver.js'
import { bodyHere, type NestedSink, type ParentLink } from './parent-link.js'

/** The calls that bodies on this thread make on their pool. */
export class NestedWork implements RemoteWork {
  readonly #executor: string
  readonly #link: ParentLink

  constructor(executor: string, link: ParentLink) {
    this.#executor = executor
    this.#link = link
  }

  perform(call: Call, args: readonly unknown[]): Promise<unknown> {
    const context = captureContext(call)
    if (call.retry === undefined) this.#once(call, args, contextOf(call, context, 1))
    else void this.#repeat(call, args, context)
    return call.promise
  }

  add(): void {}

  delete(call: Call): void {
    call.cancellation.end()
  }

  async openStream<Y>(
    call: Call,
    args: readonly unknown[],
    context: TravelContext | undefined,
    number: number,
  ): Promise<Producer<Y>> {
    const receiver = new StreamReceiver<Y>(call)
    const { promise, resolve, reject } = deferred()
    this.#send(call, args, contextOf(call, context, number), {
      body: bodyHere(),
      begun: (way) => {
        call.isStarted = true
        if (way) receiver.attach(way)
        resolve()
      },
      progress: call.progress,
      succeeded: () => receiver.bodyOver(),
      failed: (error, blame) => {
        if (blame === 'body') call.threw(error)
        receiver.bodyOver({ error })
        reject(error)
      },
    })
    await promise
    return receiver
  }

  /** Makes no promise for the attempt: in a thread that keeps context, each costs as much as all the rest. */
  #once(call: Call, args: readonly unknown[], context: CallContext | undefined): void {
    this.#attempt(call, args, context, {
      succeeded: (value) => {
        call.resolve(value)
        this.delete(call)
      },
      failed: (error, blame) => {
        if (blame === 'body') call.threw(error)
        call.reject(error)
        this.delete(call)
      },
    })
  }

  async #repeat(
    call: Call,
    args: readonly unknown[],
    context: TravelContext | undefined,
  ): Promise<void> {
    const attempt = (number: number): Promise<unknown> => {
      const { promise, resolve, reject } = deferred<unknown>()
      this.#attempt(call, args, contextOf(call, context, number), {
        succeeded: resolve,
        failed: (error, blame) => {
          if (blame === 'body') call.threw(error)
          reject(error)
        },
      })
      return promise
    }
    try {
      call.resolve(await runAttempts(call.attemptRules, attempt))
    } catch (error) {
      call.reject(error)
    } finally {
      this.delete(call)
    }
  }

  #attempt(
    call: Call,
    args: readonly unknown[],
    context: CallContext | undefined,
    { succeeded, failed }: Pick<NestedSink, 'succeeded' | 'failed'>,
  ): void {
    this.#send(call, args, context, {
      body: bodyHere(),
      begun: () => {
        call.isStarted = true
      },
      progress: call.progress,
      succeeded,
      failed,
    })
  }

  /** Posts one attempt; `sink` is told once how it ended. From now on it may begin before a word of that is here. */
  #send(
    call: Call,
    args: readonly unknown[],
    context: CallContext | undefined,
    sink: NestedSink,
  ): void {
    const transfer = transferOf(args, call.options.transfer)
    const definition = call.definition as TaskDefinition
    const owner = { task: definition.name, executor: this.#executor, started: false }
    const refusal =
      refuseTransfer(transfer, owner) ??
      refuseEmptied(args, (index) => `args[${index}]`, transfer, owner)
    if (refusal) {
      sink.failed(refusal, 'infrastructure')
      return
    }
    const options = { args, context, priority: call.options.priority, transfer }
    try {
      const cancel = this.#link.call(definition, options, sink)
      call.attempt = { isStarted: false }
      call.cancellation.add(cancel)
    } catch (error) {
      sink.failed(cloneFailure(error, args, 'args', transfer, owner), 'infrastructure')
    }
  }
}
