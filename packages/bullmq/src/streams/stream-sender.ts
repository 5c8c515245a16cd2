import { ConnectionLostError } from '@conc/core'
import { Timer } from '@conc/core/internal'
import type { Redis } from 'ioredis'
import type { Ask } from '../engine/connection.js'
import { isConnectionError } from '../engine/connection-errors.js'
import type { Keys } from '../engine/keys.js'
import type { Payload } from '../envelope/payload.js'
import type { TakenJob } from '../worker/taken-job.js'
import { keepMs, lookMs, windowBytes, windowItems } from './window.js'

/** What an entry of a stream in Redis says: which attempt made it, which item it is, and the item. */
export interface StreamEntry {
  readonly a: number
  readonly q: number
  readonly i: Payload
}

/** The worker's end of one stream: writes items as far as the consumer has asked for them. */
export class StreamSender {
  readonly #redis: Redis
  readonly #ask: Ask
  readonly #keys: Keys
  readonly #id: string
  readonly #attempt: number
  readonly #channel: string
  #credit = windowItems
  /** Of the items that the consumer is not known to have, oldest first. */
  readonly #sizes: number[] = []
  #bytesAhead = 0
  #sent = 0
  #wake: (() => void) | undefined
  #writing: Promise<unknown> = Promise.resolve()
  /** Something that was sent may not have come to Redis. */
  #isBroken = false
  #isAnnounced = false

  constructor({ host, id, job, envelope }: TakenJob) {
    this.#redis = host.redis
    this.#ask = host.ask
    this.#keys = host.keys
    this.#id = id
    this.#attempt = job.attemptsStarted
    this.#channel = host.keys.toSubmitter(envelope.o ?? '')
  }

  /** The consumer has asked for `upTo` items altogether. */
  credited(upTo: number): void {
    this.#credit = Math.max(this.#credit, upTo)
    // Whoever asks for so many has taken a window less.
    const ahead = this.#sent - (this.#credit - windowItems)
    while (this.#sizes.length > Math.max(ahead, 0)) this.#bytesAhead -= this.#sizes.shift() ?? 0
    this.#wake?.()
  }

  /**
   * Waits until one more item is wanted; returns early when told to stop.
   *
   * @throws {ConnectionLostError} an item is lost: a consumer that has not got it never asks for more.
   */
  async wanted(signal: AbortSignal): Promise<void> {
    if (this.#isBroken) await this.flushed()
    while (this.#isAhead && !signal.aborted) {
      await this.#change(signal)
      if (this.#isBroken) await this.flushed()
      if (this.#isAhead) await this.#lookUp()
    }
  }

  get #isAhead(): boolean {
    return this.#sent >= this.#credit || this.#bytesAhead >= windowBytes
  }

  /** Sends an item. Not waited for: at most a window of them is on its way. */
  send(item: Payload): void {
    const entry: StreamEntry = { a: this.#attempt, q: this.#sent++, i: item }
    const text = JSON.stringify(entry)
    this.#sizes.push(text.length)
    this.#bytesAhead += text.length
    const key = this.#keys.items(this.#id)
    const written = this.#redis.multi().xadd(key, '*', 'e', text).pexpire(key, keepMs).exec()
    this.#writing = Promise.all([this.#writing, written])
    this.#writing.catch(() => {
      this.#isBroken = true
      this.#wake?.()
    })
    this.#announce()
  }

  /** Everything that was sent is in Redis. @throws {ConnectionLostError} some of it may not be */
  async flushed(): Promise<void> {
    try {
      await this.#writing
    } catch (cause) {
      if (!isConnectionError(cause)) throw cause
      throw new ConnectionLostError('Items were on their way to Redis when its connection broke.', {
        started: true,
        cause,
      })
    }
  }

  /** Once a turn, behind what was written. */
  #announce(): void {
    if (this.#isAnnounced) return
    this.#isAnnounced = true
    setImmediate(() => {
      this.#isAnnounced = false
      this.#redis.publish(this.#channel, this.#id).catch(() => {})
    })
  }

  async #change(signal: AbortSignal): Promise<void> {
    await new Promise<void>((resolve) => {
      const timer = new Timer(lookMs, resolve)
      this.#wake = () => {
        timer.clear()
        resolve()
      }
      signal.addEventListener('abort', this.#wake, { once: true })
    })
    if (this.#wake) signal.removeEventListener('abort', this.#wake)
    this.#wake = undefined
  }

  async #lookUp(): Promise<void> {
    const text = await this.#ask(() => this.#redis.get(this.#keys.credit(this.#id)))
    if (text !== null) this.credited(Number(text))
  }
}
