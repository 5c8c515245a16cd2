import type { MessagePort } from 'node:worker_threads'
import {
  type Capabilities,
  ConcError,
  decodeError,
  type EncodedError,
  type Executor,
  ExecutorError,
  encodeError,
  type Load,
  type StreamWork,
  type SubmitOptions,
  type Transferable,
  type Work,
} from '@conc/core'
import {
  assertNotImporting,
  Call,
  captureContext,
  checkArguments,
  checkSubmitOptions,
  checkWork,
  currentFrame,
  deferred,
  type Producer,
  refuseClosure,
  refuseStreamTask,
  runAttempts,
  type TaskDefinition,
  TaskStream,
} from '@conc/core/internal'
import { contextOf } from '../call-context.js'
import { capabilitiesOf, refuseHomeless } from '../capabilities.js'
import {
  type Blame,
  type Boot,
  type CallContext,
  type NestedRequest,
  type ToParent,
  type ToThread,
  toParent,
  toThread,
} from '../messages.js'
import { StreamReceiver } from '../stream-receiver.js'
import { cloneFailure, refuseEmptied, refuseTransfer, transferOf } from '../values.js'
import type { Occupancy } from './occupancy.js'
import { ThreadSlot, type Waiting } from './thread-slot.js'

/** Told how a nested call goes. */
interface NestedSink {
  /** The body that waits for it. */
  readonly body: number
  begun?(stream: MessagePort | undefined): void
  readonly progress?: ((data: unknown) => void) | undefined
  succeeded(value: unknown): void
  failed(error: unknown, blame: Blame): void
}

/** The pool as the bodies on its threads see it: their nested calls go back to it. */
export class PoolProxy implements Executor, Waiting {
  readonly name: string
  readonly capabilities: Capabilities
  readonly post: (message: ToParent, transfer?: readonly Transferable[]) => void
  readonly #occupancy: Occupancy
  readonly #load: Int32Array
  readonly #limits: Boot['limits']
  readonly #calls = new Map<number, NestedSink>()
  readonly #thrown = new WeakSet<object>()
  #lastNumber = 0

  constructor(boot: Boot, post: PoolProxy['post'], occupancy: Occupancy) {
    this.name = boot.executor
    this.capabilities = capabilitiesOf(boot)
    this.post = post
    this.#occupancy = occupancy
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
    const { promise, resolve, reject } = deferred<unknown>()
    this.post([
      toParent.nestedReady,
      this.#expect({ body: -1, succeeded: resolve, failed: reject }),
    ])
    const givenUp = (): void => reject(signal?.reason)
    signal?.addEventListener('abort', givenUp)
    try {
      await promise
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

  begin(call: number): void {
    this.post([toParent.waitBegun, call])
    this.#occupancy.waits(call)
  }

  async end(call: number): Promise<void> {
    const { promise, resolve, reject } = deferred<unknown>()
    this.post([
      toParent.waitOver,
      this.#expect({ body: call, succeeded: resolve, failed: reject }),
      call,
    ])
    await promise
  }

  receive(message: ToThread): void {
    switch (message[0]) {
      case toThread.nestedBegun:
        this.#calls.get(message[1])?.begun?.(message[2])
        break
      case toThread.nestedProgress:
        this.#calls.get(message[1])?.progress?.(message[2])
        break
      case toThread.nestedResult:
        this.#answered(message[1])?.succeeded(message[2])
        break
      case toThread.nestedFailure:
        this.#failed(message[1], message[2], message[3])
        break
    }
  }

  #failed(nested: number, encoded: EncodedError, blame: Blame): void {
    const sink = this.#answered(nested)
    const error = decodeError(encoded)
    if (blame === 'body' && typeof error === 'object' && error !== null) this.#thrown.add(error)
    sink?.failed(error, blame)
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
      failed: reject,
    })
    return promise
  }

  async #openStream<Y>(call: Call, args: readonly unknown[], number: number): Promise<Producer<Y>> {
    const receiver = new StreamReceiver<Y>()
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
    const nested = this.#expect(sink)
    try {
      const request = requestOf(definition, args, context, call.options.priority, transfer)
      this.post([toParent.nestedCall, nested, sink.body, request], transfer)
    } catch (error) {
      this.#calls.delete(nested)
      sink.failed(cloneFailure(error, args, 'args', transfer, owner), 'infrastructure')
      return
    }
    this.#occupancy.waits(sink.body)
    call.cancellation.add({
      cancelled: (reason) => {
        if (!this.#calls.has(nested)) return
        this.post([toParent.nestedCancel, nested, encodeError(reason)])
      },
    })
  }

  #expect(sink: NestedSink): number {
    const nested = ++this.#lastNumber
    this.#calls.set(nested, sink)
    return nested
  }

  #answered(nested: number): NestedSink | undefined {
    const sink = this.#calls.get(nested)
    this.#calls.delete(nested)
    if (sink) this.#occupancy.goesOn(sink.body)
    return sink
  }

  #blame(error: unknown): Blame {
    if (!(error instanceof ExecutorError) || this.#thrown.has(error)) return 'body'
    return 'infrastructure'
  }
}

function requestOf(
  definition: TaskDefinition,
  args: readonly unknown[],
  context: CallContext | undefined,
  priority: number | undefined,
  transfer: readonly Transferable[] | undefined,
): NestedRequest {
  const { name, module, isStream } = definition
  return { name, module, isStream, args, context, priority, transfer }
}

/** The body of this thread that makes the call, also through tasks that run locally inside of it. */
function bodyHere(): number {
  const slot = currentFrame()?.slots?.find((one) => one instanceof ThreadSlot)
  return slot instanceof ThreadSlot ? slot.call : -1
}
