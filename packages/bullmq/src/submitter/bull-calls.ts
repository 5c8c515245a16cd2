import type { TaskCancelledError } from '@conc/core'
import {
  type Call,
  captureContext,
  type Producer,
  runAttempts,
  type TravelContext,
} from '@conc/core/internal'
import { type Packed, pack } from '../envelope/payload.js'
import { StreamReceiver } from '../streams/stream-receiver.js'
import { BullJob } from './bull-job.js'
import type { JobHost } from './job-host.js'
import type { JobOrders, OrderParts } from './job-orders.js'
import type { OpenQueue } from './queue-link.js'

/** The calls of one executor from their acceptance until their jobs have ended. */
export class BullCalls {
  readonly #host: JobHost
  readonly #orders: JobOrders
  readonly #onEnd: () => void
  readonly #calls = new Set<Call>()
  readonly #jobs: Set<BullJob>

  /** @param onEnd called after each end of a call. */
  constructor(host: JobHost, orders: JobOrders, onEnd: () => void) {
    this.#host = host
    this.#jobs = host.jobs
    this.#orders = orders
    this.#onEnd = onEnd
  }

  /** Calls whose job has not ended. */
  get size(): number {
    return this.#calls.size
  }

  add(call: Call): void {
    this.#calls.add(call)
  }

  /** Its job has ended. */
  delete(call: Call): void {
    if (!this.#calls.delete(call)) return
    call.cancellation.end()
    this.#onEnd()
  }

  interruptAll(reason: TaskCancelledError): void {
    for (const call of [...this.#calls]) call.interruptLike(reason)
  }

  /** Jobs that still wait are taken out of the queue, and their calls end as `TakenBack`. */
  async takeBack(): Promise<void> {
    await Promise.all([...this.#jobs].map((job) => job.takeBack()))
  }

  /** Redis is away for good: nobody will ever say how these went. */
  disconnect(error: unknown): void {
    for (const job of [...this.#jobs]) job.disconnected(error)
  }

  /** The executor has closed, out of time: jobs that still run are their workers' affair, and nobody hears of them. */
  letGo(): void {
    for (const job of [...this.#jobs]) job.letGo()
  }

  /** Makes a call's job and settles the call. @returns when the job has ended, which after a cancel is later. */
  perform(call: Call, args: readonly unknown[]): Promise<void> {
    this.add(call)
    return this.#outcome(call, args).then(
      (value) => {
        call.resolve(value)
        this.delete(call)
      },
      (error: unknown) => {
        call.reject(error)
        this.delete(call)
      },
    )
  }

  /** No async function: thousands of these are pending at a time, each with what it keeps. */
  #outcome(call: Call, args: readonly unknown[]): Promise<unknown> {
    try {
      return this.#attempts(call, this.#packed(call, args), captureContext(call))
    } catch (error) {
      return Promise.reject(error)
    }
  }

  /** @throws {SerializationError} {PayloadTooLargeError} at the submit: nothing has been written. */
  #packed(call: Call, args: readonly unknown[]): Packed {
    const owner = { task: call.taskName, executor: this.#host.name, started: false }
    return pack(args, 'args', this.#host.settings, owner)
  }

  /** Starts one attempt of a stream; the call is settled by its consumer. */
  async openStream<Y>(
    call: Call,
    args: readonly unknown[],
    context: TravelContext | undefined,
    attempt: number,
  ): Promise<Producer<Y>> {
    const { link, settings, name: executor } = this.#host
    const { redis } = link.commands
    const { keys, blobs, streams, ask } = link
    const packed = this.#packed(call, args)
    const receiver = new StreamReceiver<Y>({
      redis,
      keys,
      blobs,
      task: call.taskName,
      executor,
      ask,
      abandon: (reason) => call.cancellation.cancel(reason),
    })
    await call.cancellation.orThrow(streams.listen(settings.reconnectMs))
    streams.add(receiver)
    const parts = { call, context, args: packed, attempt, isStream: true, isNested: false }
    const ended = (end: { error?: unknown }): void => {
      streams.delete(receiver)
      receiver.bodyOver(end)
    }
    this.#job(parts, (id) => receiver.attach(id)).then(
      () => ended({}),
      (error: unknown) => ended({ error }),
    )
    return receiver
  }

  /** One job. @returns its value, or `undefined` for that of a stream; when it has ended. */
  #job(parts: OrderParts, made?: (id: string) => void): Promise<unknown> {
    const { link } = this.#host
    if (link.opened) return this.#begin(parts, link.opened, made)
    return parts.call.cancellation
      .orThrow(link.open())
      .then((open) => this.#begin(parts, open, made))
  }

  #begin(parts: OrderParts, open: OpenQueue, made?: (id: string) => void): Promise<unknown> {
    try {
      const order = this.#orders.make(parts, open.clockOffsetMs)
      made?.(order.id)
      const job = new BullJob(this.#host, parts.call, order)
      this.#jobs.add(job)
      parts.call.attempt = job
      return job.start(open)
    } catch (error) {
      return Promise.reject(error)
    }
  }

  /** BullMQ makes the attempts, except where a function here has a say in them. */
  #attempts(call: Call, args: Packed, context: TravelContext | undefined): Promise<unknown> {
    const parts = { call, context, args, isStream: false, isNested: call.parent !== undefined }
    const { retry } = call
    if (typeof retry !== 'object' || retry.when === undefined) {
      return this.#job({ ...parts, attempt: undefined })
    }
    return runAttempts(call.attemptRules, (attempt) => this.#job({ ...parts, attempt }))
  }
}
