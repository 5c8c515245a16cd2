import { randomBytes } from 'node:crypto'
import type { ConnectionLostError } from '@conc/core'
import { Queue, QueueEvents } from 'bullmq'
import { type BlobStore, RedisBlobs } from '../engine/blob-store.js'
import { checkEngine } from '../engine/check-engine.js'
import { type Ask, Connection, closingMs, publishError } from '../engine/connection.js'
import { isConnectionError } from '../engine/connection-errors.js'
import { Keys } from '../engine/keys.js'
import { SubmitterLease } from '../engine/submitter-lease.js'
import type { BullSettings } from '../options/bull-options.js'
import { StreamDesk } from '../streams/stream-desk.js'
import type { Dispatcher } from './dispatcher.js'
import { resultOf } from './result-of.js'
import { Sweep } from './sweep.js'

/** What is there once Redis has been reached and checked. */
export interface OpenQueue {
  readonly queue: Queue
  readonly sweep: Sweep
  /** From this process's clock to that of Redis, ms. */
  readonly clockOffsetMs: number
}

/** An executor's way to its queue: connections, BullMQ's queue and its events, made at the first use. */
export class QueueLink {
  readonly keys: Keys
  readonly blobs: BlobStore
  /** For everything that answers at once. */
  readonly commands: Connection
  /** Of those, what may be said twice. */
  readonly ask: Ask
  /** Names this submitter in Redis. */
  readonly id: string = randomBytes(9).toString('base64url')
  readonly #settings: BullSettings
  readonly #executor: string
  readonly #dispatcher: Dispatcher
  readonly streams: StreamDesk
  /** BullMQ reads events over a connection of its own, made like this one, which nobody connects. */
  readonly #eventsLike: Connection
  readonly #subscriber: Connection
  readonly #lease: SubmitterLease
  #queueEvents: QueueEvents | undefined
  #opening: Promise<OpenQueue> | undefined
  #open: OpenQueue | undefined

  /** @param onLost called when Redis has been away for `reconnectMs`. */
  constructor(
    settings: BullSettings,
    executor: string,
    dispatcher: Dispatcher,
    onLost: (error: ConnectionLostError) => void,
  ) {
    this.#settings = settings
    this.#executor = executor
    this.#dispatcher = dispatcher
    this.keys = new Keys(settings)
    this.commands = new Connection(settings, executor)
    this.commands.watch(settings.reconnectMs, onLost)
    this.ask = this.commands.patient(settings.reconnectMs)
    this.#eventsLike = new Connection(settings, executor, true)
    this.#subscriber = new Connection(settings, executor, true)
    this.streams = new StreamDesk(this.#subscriber, this.keys.toSubmitter(this.id))
    this.#lease = new SubmitterLease(this.commands.redis, this.keys, this.id, executor)
    this.blobs = settings.blobs ?? new RedisBlobs(this.commands.redis, this.keys, this.ask)
  }

  /**
   * Connects, looks whether Redis is fit, and listens to the events of the queue: all before the first job is added,
   * as results that come earlier would be missed.
   *
   * @returns rejects with an `EngineError`, or a `ConnectionLostError` after `reconnectMs`; the next call tries again.
   */
  open(): Promise<OpenQueue> {
    this.#opening ??= this.#connect().catch((error: unknown) => {
      this.#opening = undefined
      throw isConnectionError(error) ? this.commands.lost('unknown', error) : error
    })
    return this.#opening
  }

  /** What `open()` gives, where it has. */
  get opened(): OpenQueue | undefined {
    return this.#open
  }

  async close(): Promise<void> {
    const opening = this.#opening
    // What is made after the closing would not be closed.
    if (opening) await this.commands.whileConnected(() => opening)
    this.#open?.sweep.stop()
    if (this.#open) await this.commands.whileConnected(() => this.#lease.end())
    const { queue } = this.#open ?? {}
    const events = this.#queueEvents
    if (events) await this.commands.whileConnected(() => events.close(), closingMs)
    if (queue) await this.commands.whileConnected(() => queue.close(), closingMs)
    this.#eventsLike.close()
    this.#subscriber.close()
    this.commands.close()
  }

  async #connect(): Promise<OpenQueue> {
    await this.commands.ready(this.#settings.reconnectMs)
    const { redis } = this.commands
    const { clockOffsetMs } = await this.ask(() => checkEngine(redis, this.#executor))
    if (this.#settings.orphans === 'cancel') await this.ask(() => this.#lease.start())
    await this.#listen()
    const queue = this.#makeQueue()
    const sweep = new Sweep(this.commands.redis, this.keys, this.#dispatcher, this.#executor)
    this.#open = { queue, sweep, clockOffsetMs }
    return this.#open
  }

  #makeQueue(): Queue {
    const { telemetry } = this.#settings
    const queue = new Queue(this.keys.queue, {
      connection: this.commands.redis,
      prefix: this.keys.prefix,
      skipVersionCheck: true,
      ...(telemetry && { telemetry }),
    })
    queue.on('error', (error) => publishError(this.#executor, error))
    return queue
  }

  async #listen(): Promise<void> {
    this.#queueEvents?.close().catch(() => {})
    // BullMQ would begin with what comes after its first look, which is later than it says.
    const lastEventId = await this.#lastEvent()
    const events = new QueueEvents(this.keys.queue, {
      connection: this.#eventsLike.redis,
      prefix: this.keys.prefix,
      lastEventId,
      skipVersionCheck: true,
    })
    events.on('error', (error) => publishError(this.#executor, error))
    this.#queueEvents = events
    this.#follow(events)
    await events.waitUntilReady()
  }

  async #lastEvent(): Promise<string> {
    const { redis } = this.commands
    const newest = (): Promise<[string, string[]][]> =>
      redis.xrevrange(this.keys.events, '+', '-', 'COUNT', 1)
    const [last] = await this.ask(newest)
    return last?.[0] ?? '0-0'
  }

  #follow(events: QueueEvents): void {
    const dispatcher = this.#dispatcher
    events.on('active', ({ jobId }) => dispatcher.began(jobId))
    events.on('waiting', ({ jobId }) => dispatcher.paused(jobId))
    events.on('delayed', ({ jobId }) => dispatcher.paused(jobId))
    events.on('progress', ({ jobId, data }) => dispatcher.progressed(jobId, data))
    events.on('removed', ({ jobId }) => dispatcher.ended(jobId, { kind: 'removed' }))
    events.on('completed', ({ jobId, returnvalue }) =>
      dispatcher.ended(jobId, { kind: 'completed', result: resultOf(returnvalue) }),
    )
    events.on('failed', ({ jobId, failedReason }) =>
      dispatcher.ended(jobId, { kind: 'failed', reason: failedReason }),
    )
    events.getBackend().on('ready', () => dispatcher.doubt())
  }
}
