import {
  type Call,
  type Deferred,
  deferred,
  type Producer,
  produceHere,
  streamFrom,
} from '@conc/core/internal'
import type { Group } from './group.js'
import { type AnyFunction, submittedPlan } from './plan.js'
import { SubmitJob } from './submit-job.js'

/** The body of a stream as a task of the pool: it holds its slot from the first item asked for to the end. */
export class StreamJob extends SubmitJob {
  readonly #call: Call
  readonly #attempt: number
  readonly #args: readonly unknown[]
  readonly #opened: Deferred<Producer<unknown>> = deferred<Producer<unknown>>()
  readonly #over: Deferred<void> = deferred()
  #failure: { readonly error: unknown } | undefined

  constructor(
    owner: Group,
    call: Call,
    attempt: number,
    work: AnyFunction,
    args: readonly unknown[],
  ) {
    super(owner, submittedPlan(work, args, {}, undefined))
    this.#call = call
    this.#attempt = attempt
    this.#args = args
    this.more.cancellation = call.cancellation
  }

  override get deadline(): number | undefined {
    return this.#call.deadline
  }

  /** Stands in line. Resolves with the producer, in a slot. */
  open(): Promise<Producer<unknown>> {
    const dependent = { cancelled: (reason: unknown): void => void this.abort(reason) }
    this.watch(() => this.#call.cancellation.remove(dependent))
    this.board.queue(this)
    this.#call.cancellation.add(dependent)
    return this.#opened.promise
  }

  /** The call is there already: the stream's. */
  override tie(): boolean {
    return true
  }

  protected override invoke(): Promise<void> {
    return this.#produce()
  }

  protected override onSettled(): void {
    super.onSettled()
    this.#opened.reject(this.outcome)
    // Whoever asked has an answer by now, or has left.
    this.#opened.promise.catch(() => {})
  }

  protected override callInterrupted(reason: unknown): void {
    super.callInterrupted(reason)
    this.#call.interrupt(reason)
  }

  /** Settles when the stream is over, as its producer did. */
  async #produce(): Promise<void> {
    this.#call.isStarted = true
    const producer = await this.#start(() => this.#over.resolve())
    this.#opened.resolve(this.#observed(producer))
    await this.#over.promise
    if (this.cancellation.isCancelled) throw this.cancellation.reason
    if (this.#failure) throw this.#failure.error
  }

  async #start(ended: () => void): Promise<Producer<unknown>> {
    const { name, executor, line, pool } = this.board
    const call = this.#call
    const slot = this.more.slotOf(line)
    const entered = { call, work: this.plan.fn, args: this.#args, attempt: this.#attempt, slot }
    const goesThere = executor && (call.definition || executor.capabilities.closures)
    if (goesThere) return streamFrom(executor, entered, ended)
    return await produceHere(entered, { name, ambient: pool }, ended)
  }

  #observed(producer: Producer<unknown>): Producer<unknown> {
    return {
      next: async () => {
        try {
          return await producer.next()
        } catch (error) {
          this.#failure = { error }
          throw error
        }
      },
      stop: () => producer.stop(),
    }
  }
}
