import type { Executor } from '../../executor.js'
import { streamFrom } from '../calls/forwarding.js'
import { type Deferred, deferred } from '../deferred.js'
import type { Entered } from '../line/entered.js'
import type { Slot } from '../line/slot.js'
import { takes } from './capabilities.js'
import { produceHere } from './run-here.js'
import type { Producer } from './stream-call.js'

/** Whose slot a stream runs in. */
export interface StreamHost {
  readonly name: string
  /** Where declared tasks go, and closures if it takes them; `undefined`: nothing leaves. */
  readonly executor: Executor | undefined
  /** Where nested calls of a body right here go. */
  readonly pool: Executor
  /** Bodies of streams that hold a slot of it. */
  streamBodies: number
}

/** The body of a stream as something that runs in a slot: its consumer pulls from it, and it is over when its producer is. */
export class StreamBody {
  readonly #attempt: Omit<Entered, 'slot'>
  readonly #opened: Deferred<Producer<unknown>> = deferred<Producer<unknown>>()
  readonly #over: Deferred<void> = deferred()
  #failure: { readonly error: unknown } | undefined

  constructor(attempt: Omit<Entered, 'slot'>) {
    this.#attempt = attempt
  }

  /** The producer, as soon as the body has a slot. */
  get opened(): Promise<Producer<unknown>> {
    return this.#opened.promise
  }

  /** Runs it, with a slot in hand. Settles when the stream is over, as its producer did. */
  async run(slot: Slot, host: StreamHost): Promise<void> {
    host.streamBodies++
    try {
      await this.#run(slot, host)
    } finally {
      host.streamBodies--
    }
  }

  async #run(slot: Slot, host: StreamHost): Promise<void> {
    const { call } = this.#attempt
    call.isStarted = true
    const producer = await this.#start({ ...this.#attempt, slot }, host)
    this.#opened.resolve(this.#observed(producer))
    await this.#over.promise
    if (call.cancellation.isCancelled) throw call.cancellation.reason
    if (this.#failure) throw this.#failure.error
  }

  /** Nobody runs it, or not any more. */
  end(reason: unknown): void {
    this.#opened.reject(reason)
    // Whoever asked has an answer by now, or has left.
    this.#opened.promise.catch(() => {})
  }

  async #start(entered: Entered, { name, executor, pool }: StreamHost): Promise<Producer<unknown>> {
    const ended = (): void => this.#over.resolve()
    if (takes(executor, entered.work)) return streamFrom(executor, entered, ended)
    return await produceHere(entered, { name, ambient: pool }, ended)
  }

  #observed(producer: Producer<unknown>): Producer<unknown> {
    return {
      next: async () => {
        try {
          return await producer.next()
        } catch (error) {
          this.#failure = { error }
          if (producer.isHere) this.#attempt.call.threw(error)
          throw error
        }
      },
      stop: () => producer.stop(),
      leave: () => producer.leave?.(),
    }
  }
}
