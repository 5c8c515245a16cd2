import {
  type Capabilities,
  ConcError,
  type Executor,
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
  refuseClosure,
  refuseStreamTask,
  TaskStream,
  type TravelContext,
} from '@conc/core/internal'
import { RemoteCalls } from '../calls/remote-calls.js'
import type { Boot } from '../link/boot.js'
import { capabilitiesOf, refuseHomeless } from '../pool/pool-capabilities.js'
import type { Workplace } from './body.js'
import { NestedRoute } from './nested-route.js'
import type { Questions } from './questions.js'
import { bodyHere } from './worker-slot.js'

/** The pool as the bodies in its workers see it: their nested calls go back to it. */
export class PoolProxy implements Executor {
  readonly name: string
  readonly capabilities: Capabilities
  /** What bodies that run here are told. */
  readonly place: Workplace
  readonly #questions: Questions
  readonly #calls: RemoteCalls
  /** As the pool told it last. */
  #load: Load

  constructor(boot: Boot, questions: Questions) {
    this.name = boot.pool
    this.capabilities = capabilitiesOf(boot)
    this.#questions = questions
    const { pool: executor, worker, maxPayloadBytes } = boot
    this.place = { executor, worker, maxPayloadBytes, pool: this }
    this.#calls = new RemoteCalls(new NestedRoute(this.place, questions), boot, () => {})
    const queueLimit = boot.queueLimit ?? Number.POSITIVE_INFINITY
    this.#load = { concurrency: boot.slots, running: 0, waiting: 0, queueLimit }
  }

  get load(): Load {
    return this.#load
  }

  loadIs(running: number, waiting: number): void {
    this.#load = { ...this.#load, running, waiting }
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
    if (!call.isSettled) this.#calls.perform(call, args)
    return call.promise as Promise<Awaited<R>>
  }

  stream<A extends readonly unknown[], Y>(
    work: StreamWork<A, Y>,
    args: A,
    options: SubmitOptions = {},
  ): AsyncGenerator<Y, void, undefined> {
    this.#check(work, args, options)
    let context: TravelContext | undefined
    return new TaskStream<Y>({
      accept: () => {
        const refusal = this.#refusal(work)
        if (refusal) throw refusal
        const call = new Call(this.name, work, options)
        this.#calls.add(call)
        context = captureContext(call)
        return call
      },
      open: (call, attempt) => this.#calls.openStream<Y>(call, args, context, attempt),
      ended: (call) => this.#calls.delete(call),
    })
  }

  async ready(options: { readonly signal?: AbortSignal } = {}): Promise<void> {
    const { signal } = options
    signal?.throwIfAborted()
    const { promise, reject } = deferred<never>()
    const givenUp = (): void => reject(signal?.reason)
    signal?.addEventListener('abort', givenUp)
    try {
      await Promise.race([this.#questions.room(bodyHere()), promise])
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
    assertNotImporting('A WorkerPool was used')
    checkWork(work)
    checkArguments(args)
    checkSubmitOptions(options)
  }

  #refusal(work: unknown): Error | undefined {
    return refuseClosure(this.name, work) ?? refuseHomeless(this.name, work)
  }
}
