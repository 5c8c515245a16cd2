import {
  type Call,
  currentFrame,
  type Deferred,
  deferred,
  type Entered,
  type Producer,
  produceHere,
  streamFrom,
} from '@conc/core/internal'
import { Batch } from './batch.js'
import { single } from './invocations.js'
import { PoolJob } from './pool-job.js'
import type { PoolState } from './pool-state.js'

/** The body of a stream as a task of the pool: it holds its slot from the first item asked for to the end. */
export class StreamJob extends PoolJob {
  readonly #call: Call
  readonly #attempt: number
  readonly #work: Entered['work']
  readonly #args: readonly unknown[]
  readonly #opened: Deferred<Producer<unknown>> = deferred<Producer<unknown>>()
  readonly #over: Deferred<void> = deferred()
  #failure: { readonly error: unknown } | undefined

  constructor(
    state: PoolState,
    call: Call,
    attempt: number,
    work: Entered['work'],
    args: readonly unknown[],
  ) {
    const batch = new Batch({
      board: state,
      fn: work,
      definition: call.definition,
      invocation: single,
      isPlaced: true,
    })
    super(batch, undefined, state.scope())
    this.#call = call
    this.#work = work
    this.#attempt = attempt
    this.#args = args
    this.more.cancellation = call.cancellation
  }

  /** Stands in line. Resolves with the producer, in a slot. */
  open(): Promise<Producer<unknown>> {
    const dependent = { cancelled: (reason: unknown): void => void this.abort(reason) }
    this.#call.cancellation.add(dependent)
    this.watch(() => this.#call.cancellation.remove(dependent))
    this.board.enqueue(this, currentFrame(), true)
    return this.#opened.promise
  }

  protected override invoke(): unknown {
    const { guard } = this.board
    return guard ? guard.run(this, () => this.#produce()) : this.#produce()
  }

  protected override onSettled(): void {
    super.onSettled()
    this.#opened.reject(this.outcome)
    // Whoever asked has an answer by now, or has left.
    this.#opened.promise.catch(() => {})
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
    const entered = {
      call: this.#call,
      work: this.#work,
      args: this.#args,
      attempt: this.#attempt,
      slot: this.more.slotOf(line),
    }
    const goesThere = executor && (this.#call.definition || executor.capabilities.closures)
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
