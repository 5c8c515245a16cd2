import {
  type Capabilities,
  ConcError,
  type Executor,
  ExecutorError,
  type Load,
  type StreamWork,
  type SubmitOptions,
  type Work,
} from '@conc/core'
import {
  assertNotImporting,
  Call,
  captureContext,
  checkArguments,
  checkSubmitOptions,
  checkWork,
  deferred,
  type Producer,
  refuseClosure,
  refuseStreamTask,
  runAttempts,
  type TaskDefinition,
  TaskStream,
  whileSuspended,
} from '@conc/core/internal'
import type { Blame, Boot } from '../between/messages.js'
import { cloneFailure, refuseEmptied, refuseTransfer, transferOf } from '../between/values.js'
import { contextOf } from '../calls/call-context.js'
import { capabilitiesOf, refuseHomeless } from '../capabilities.js'
import { StreamReceiver } from '../streams/stream-receiver.js'
import { bodyHere, type NestedSink, type ParentLink } from './parent-link.js'

/** The pool as the bodies on its threads see it: their nested calls go back to it. */
export class PoolProxy implements Executor {
  readonly name: string
  readonly capabilities: Capabilities
  readonly #link: ParentLink
  readonly #load: Int32Array
  readonly #limits: Boot['limits']
  /** `ExecutorError`s that a body threw: its own failures as far as attempts are concerned. */
  readonly #thrown = new WeakSet<object>()

  constructor(boot: Boot, link: ParentLink) {
    this.name = boot.executor
    this.capabilities = capabilitiesOf(boot)
    this.#link = link
    this.#load = new Int32Array(boot.load)
    this.#limits = boot.limits
  }

  get load(): Load {
    const [running = 0, waiting = 0] = this.#load
    return { ...this.#limits, running, waiting }
  }

  submit<A extends readonly unknown[], R>(
    work: Work<A, R>,
    args: A,
    options: SubmitOptions = {},
  ): Promise<Awaited<R>> {
    this.#check(work, args, options)
    const refusal = refuseStreamTask(this.name, work) ?? this.#refusal(work)
    if (refusal) return Promise.reject(refusal)
    const call = new Call(this.name, work, options)
    if (!call.isSettled) void this.#perform(call, args)
    return call.promise as Promise<Awaited<R>>
  }

  stream<A extends readonly unknown[], Y>(
    work: StreamWork<A, Y>,
    args: A,
    options: SubmitOptions = {},
  ): AsyncGenerator<Y, void, undefined> {
    this.#check(work, args, options)
    return new TaskStream<Y>({
      accept: () => this.#accept(work, options),
      open: (call, attempt) => this.#openStream<Y>(call, args, attempt),
      ended: (call) => call.cancellation.end(),
    })
  }

  async ready(options: { readonly signal?: AbortSignal } = {}): Promise<void> {
    const { signal } = options
    signal?.throwIfAborted()
    const { promise, reject } = deferred()
    const givenUp = (): void => reject(signal?.reason)
    signal?.addEventListener('abort', givenUp)
    try {
      // The room may be that of the body which asks: it gives its slot up meanwhile.
      await whileSuspended(() => Promise.race([this.#link.ready(), promise]))
    } finally {
      signal?.removeEventListener('abort', givenUp)
    }
  }

  close(): Promise<void> {
    return Promise.reject(
      new ConcError(`Executor '${this.name}' is closed by whoever made it, not by a task on it.`),
    )
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close()
  }

  #check(work: unknown, args: unknown, options: SubmitOptions): void {
    assertNotImporting('A ThreadExecutor was used')
    checkWork(work)
    checkArguments(args)
    checkSubmitOptions(options)
  }

  #refusal(work: unknown): Error | undefined {
    return refuseClosure(this.name, work) ?? refuseHomeless(this.name, work)
  }

  #accept(work: unknown, options: SubmitOptions): Call {
    const refusal = this.#refusal(work)
    if (refusal) throw refusal
    return new Call(this.name, work, options)
  }

  async #perform(call: Call, args: readonly unknown[]): Promise<void> {
    const attempt = (number: number): Promise<unknown> => this.#attempt(call, args, number)
    try {
      call.resolve(
        await (call.retry === undefined
          ? attempt(1)
          : runAttempts({ ...call.attemptRules, blame: (error) => this.#blame(error) }, attempt)),
      )
    } catch (error) {
      call.reject(error)
    } finally {
      call.cancellation.end()
    }
  }

  #attempt(call: Call, args: readonly unknown[], number: number): Promise<unknown> {
    const { promise, resolve, reject } = deferred<unknown>()
    this.#send(call, args, number, {
      body: bodyHere(),
      begun: () => {
        call.isStarted = true
      },
      progress: call.progress,
      succeeded: resolve,
      failed: (error, blame) => {
        if (blame === 'body' && error instanceof ExecutorError) this.#thrown.add(error)
        reject(error)
      },
    })
    return promise
  }

  async #openStream<Y>(call: Call, args: readonly unknown[], number: number): Promise<Producer<Y>> {
    const receiver = new StreamReceiver<Y>(call)
    const { promise, resolve, reject } = deferred()
    this.#send(call, args, number, {
      body: bodyHere(),
      begun: (port) => {
        call.isStarted = true
        if (port) receiver.attach(port)
        resolve()
      },
      progress: call.progress,
      succeeded: () => receiver.bodyOver(),
      failed: (error) => {
        receiver.bodyOver({ error })
        reject(error)
      },
    })
    await promise
    return receiver
  }

  /** Posts one attempt; `sink` is told once how it ended. */
  #send(call: Call, args: readonly unknown[], number: number, sink: NestedSink): void {
    const context = contextOf(call, captureContext(call), number)
    const transfer = transferOf(args, call.options.transfer)
    const definition = call.definition as TaskDefinition
    const owner = { task: definition.name, executor: this.name, started: false }
    const refusal =
      refuseTransfer(transfer, owner) ??
      refuseEmptied(args, (index) => `args[${index}]`, transfer, owner)
    if (refusal) {
      sink.failed(refusal, 'infrastructure')
      return
    }
    const options = { args, context, priority: call.options.priority, transfer }
    try {
      call.cancellation.add(this.#link.call(definition, options, sink))
    } catch (error) {
      sink.failed(cloneFailure(error, args, 'args', transfer, owner), 'infrastructure')
    }
  }

  #blame(error: unknown): Blame {
    if (!(error instanceof ExecutorError) || this.#thrown.has(error)) return 'body'
    return 'infrastructure'
  }
}
