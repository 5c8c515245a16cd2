import { WorkerLostError } from '@conc/core'
import { deferred, type Producer, Timer } from '@conc/core/internal'
import type { Redis } from 'ioredis'
import type { BlobStore } from '../engine/blob-store.js'
import type { Ask } from '../engine/connection.js'
import type { Keys } from '../engine/keys.js'
import { type Payload, unpack } from '../envelope/payload.js'
import type { CreditMessage } from '../submitter/canceller.js'
import type { StreamEntry } from './stream-sender.js'
import { keepMs, lookMs, windowItems } from './window.js'

/** How the job of a stream ended. */
type End = { readonly error?: unknown }

export interface ReceiverHost {
  readonly redis: Redis
  readonly keys: Keys
  readonly blobs: BlobStore
  /** Names the call in errors. */
  readonly task: string | undefined
  readonly executor: string
  readonly ask: Ask
  /** Tells the body to stop. */
  abandon(reason: unknown): void
}

/** The submitter's end of one stream: reads items from Redis when told that there are some, and asks for more. */
export class StreamReceiver<Y> implements Producer<Y> {
  readonly #host: ReceiverHost
  readonly #over = deferred<End>()
  #id: string | undefined
  #end: End | undefined
  readonly #items: Payload[] = []
  #lastEntry = '0'
  #attempt: number | undefined
  #received = 0
  #given = 0
  #credit = windowItems
  #wake: (() => void) | undefined

  constructor(host: ReceiverHost) {
    this.#host = host
  }

  get id(): string | undefined {
    return this.#id
  }

  /** Known once the job is made. */
  attach(id: string): void {
    this.#id = id
  }

  /** There may be something new. */
  told(): void {
    this.#wake?.()
  }

  /** The job has ended: what it sent is in Redis. */
  bodyOver(end: End = {}): void {
    this.#end = end
    this.#over.resolve(end)
    this.#wake?.()
  }

  async next(): Promise<IteratorResult<Y, unknown>> {
    try {
      return await this.#next()
    } catch (error) {
      // A body that nobody asks for more would wait for that.
      if (!this.#end) this.#host.abandon(error)
      throw error
    }
  }

  async stop(): Promise<void> {
    await this.#over.promise
    await this.#forget()
  }

  async #next(): Promise<IteratorResult<Y, unknown>> {
    for (;;) {
      const item = this.#items.shift()
      if (item !== undefined) return { done: false, value: await this.#give(item) }
      const end = this.#end
      await this.#read()
      if (this.#items.length > 0) continue
      if (end) return this.#finish(end)
      // A producer may be stopped by bytes long before it is by items.
      if (this.#credit < this.#given + windowItems) this.#ask()
      await this.#change()
    }
  }

  async #give(item: Payload): Promise<Y> {
    this.#given++
    if (this.#credit - this.#given <= windowItems / 2) this.#ask()
    const value = (await unpack(item, 'item', this.#host.blobs)) as Y
    if (item.r !== undefined) void this.#host.blobs.delete(item.r).catch(() => {})
    return value
  }

  #finish(end: End): IteratorResult<Y, unknown> {
    // A body may throw anything, `undefined` too.
    if ('error' in end) throw end.error
    return { done: true, value: undefined }
  }

  /** Credit is an absolute count: said twice it means the same, and the key outlives a lost message. */
  #ask(): void {
    const { redis, keys } = this.#host
    if (this.#id === undefined || this.#end) return
    this.#credit = this.#given + windowItems
    const message: CreditMessage = { credit: this.#id, upTo: this.#credit }
    redis
      .multi()
      .set(keys.credit(this.#id), this.#credit, 'PX', keepMs)
      .publish(keys.toWorkers, JSON.stringify(message))
      .exec()
      // Unsaid: said again when it is looked for items the next time.
      .catch(() => {
        this.#credit = this.#given
      })
  }

  async #read(): Promise<void> {
    if (this.#id === undefined) return
    const { redis, keys } = this.#host
    const from = this.#lastEntry === '0' ? '-' : `(${this.#lastEntry}`
    const read = (): Promise<[string, string[]][]> =>
      redis.xrange(keys.items(this.#id as string), from, '+')
    const entries = await this.#host.ask(read)
    for (const [entryId, [, text]] of entries) {
      this.#lastEntry = entryId
      this.#take(JSON.parse(text as string) as StreamEntry)
    }
  }

  /** @throws {WorkerLostError} another attempt begins from the first item again, and some were given out. */
  #take({ a, q, i }: StreamEntry): void {
    if (this.#attempt !== a) {
      if (this.#given > 0 && this.#attempt !== undefined) throw this.#lost()
      this.#attempt = a
      this.#received = 0
      this.#items.length = 0
    }
    if (q !== this.#received) return
    this.#received++
    this.#items.push(i)
  }

  #lost(): WorkerLostError {
    const { task, executor } = this.#host
    return new WorkerLostError('The worker of the stream was lost after items had come.', {
      task,
      executor,
      started: true,
    })
  }

  async #change(): Promise<void> {
    if (this.#end) return
    await new Promise<void>((resolve) => {
      const timer = new Timer(lookMs, resolve)
      this.#wake = () => {
        timer.clear()
        resolve()
      }
    })
    this.#wake = undefined
  }

  async #forget(): Promise<void> {
    if (this.#id === undefined) return
    const { redis, keys } = this.#host
    await redis.del(keys.items(this.#id), keys.credit(this.#id)).catch(() => {})
  }
}
