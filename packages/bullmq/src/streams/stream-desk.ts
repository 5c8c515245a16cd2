import type { Connection } from '../engine/connection.js'
import type { StreamReceiver } from './stream-receiver.js'

/** Tells the streams of one submitter when something has come for them. Subscribes when there is a stream. */
export class StreamDesk {
  readonly #subscriber: Connection
  readonly #channel: string
  readonly #receivers = new Set<StreamReceiver<unknown>>()
  #subscribing: Promise<void> | undefined

  constructor(subscriber: Connection, channel: string) {
    this.#subscriber = subscriber
    this.#channel = channel
  }

  /** @param withinMs how long Redis may be away. */
  listen(withinMs: number): Promise<void> {
    this.#subscribing ??= this.#subscribe(withinMs).catch((error: unknown) => {
      this.#subscribing = undefined
      throw error
    })
    return this.#subscribing
  }

  add(receiver: StreamReceiver<unknown>): void {
    this.#receivers.add(receiver)
  }

  delete(receiver: StreamReceiver<unknown>): void {
    this.#receivers.delete(receiver)
  }

  async #subscribe(withinMs: number): Promise<void> {
    const { redis } = this.#subscriber
    await this.#subscriber.ready(withinMs)
    redis.on('message', (_channel: string, id: string) => {
      for (const receiver of this.#receivers) if (receiver.id === id) receiver.told()
    })
    redis.on('ready', () => {
      for (const receiver of this.#receivers) receiver.told()
    })
    await redis.subscribe(this.#channel)
  }
}
