import { TaskCancelledError } from '@conc/core'
import {
  type Call,
  captureContext,
  type Producer,
  runAttempts,
  type TravelContext,
} from '@conc/core/internal'
import { type Packed, pack } from '../envelope/payload.js'
import { StreamReceiver } from '../streams/stream-receiver.js'
import { BullJob, type JobHost } from './bull-job.js'
import type { JobOrders, Ordered, OrderParts } from './job-orders.js'
import type { OpenQueue } from './queue-link.js'

/** How long the blob of arguments is kept where nobody deletes it; ms. */
const blobMs = 24 * 60 * 60 * 1000

/** The calls of one executor from their acceptance until their jobs have ended. */
export class BullCalls {
  readonly #host: JobHost
  readonly #orders: JobOrders
  readonly #onEnd: () => void
  readonly #calls = new Set<Call>()
  readonly #jobs = new Set<BullJob>()

  /** @param onEnd called after each end of a call. */
  constructor(host: JobHost, orders: JobOrders, onEnd: () => void) {
    this.#host = host
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

  interruptAll({ message, origin, executor }: TaskCancelledError): void {
    for (const call of [...this.#calls]) {
      const { taskName: task, isStarted: started } = call
      call.interrupt(new TaskCancelledError(message, { origin, executor, task, started }))
    }
  }

  /** Jobs that still wait are taken out of the queue, and their calls end as `TakenBack`. */
  async takeBack(): Promise<void> {
    await Promise.all([...this.#jobs].map((job) => job.takeBack()))
  }

  /** Redis is away for good: nobody will ever say how these went. */
  disconnect(error: unknown): void {
    for (const job of [...this.#jobs]) job.disconnected(error)
  }

  /** Makes a call's job and settles the call. @returns when the job has ended, which after a cancel is later. */
  async perform(call: Call, args: readonly unknown[]): Promise<void> {
    this.add(call)
    try {
      const packed = this.#packed(call, args)
      const context = captureContext(call)
      call.resolve(await this.#attempts(call, packed, context))
    } catch (error) {
      call.reject(error)
    } finally {
      this.delete(call)
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
    const { keys, blobs, streams } = link
    const packed = this.#packed(call, args)
    const receiver = new StreamReceiver<Y>({
      redis,
      keys,
      blobs,
      task: call.taskName,
      executor,
      reachable: () => link.commands.ready(settings.reconnectMs),
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
  async #job(parts: OrderParts, made?: (id: string) => void): Promise<unknown> {
    const { link } = this.#host
    const open = link.opened ?? (await parts.call.cancellation.orThrow(link.open()))
    const order = this.#orders.make(parts, open.clockOffsetMs)
    made?.(order.id)
    return await this.#run(parts.call, order, open)
  }

  async #run(call: Call, order: Ordered, open: OpenQueue): Promise<unknown> {
    const { blobs } = this.#host.link
    if (order.blob) await blobs.put(order.blob.id, order.blob.bytes, blobMs)
    const job = new BullJob(this.#host, call, order)
    this.#jobs.add(job)
    call.attempt = job
    try {
      return await job.run(open)
    } finally {
      this.#jobs.delete(job)
      if (order.blob && !order.isKeyed) void blobs.delete(order.blob.id).catch(() => {})
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
