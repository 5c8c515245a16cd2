import { Connection } from '../engine/connection.js'
import type { Keys } from '../engine/keys.js'
import type { WorkerSettings } from '../options/worker-options.js'
import type { CancelMessage, CreditMessage } from '../submitter/canceller.js'
import type { CancelDesk } from './cancel-desk.js'

/** How long a worker waits for Redis when it starts; ms. */
const connectMs = 10_000

/** The connections of a worker. */
export class WorkerLink {
  /** For what answers at once. */
  readonly commands: Connection
  /** BullMQ's own commands and its waiting for jobs. */
  readonly blocking: Connection
  readonly #subscriber: Connection

  constructor(settings: WorkerSettings, name: string) {
    this.commands = new Connection(settings, name)
    this.blocking = new Connection(settings, name, true)
    this.#subscriber = new Connection(settings, name, true)
  }

  async open(): Promise<void> {
    await this.commands.ready(connectMs)
    await this.blocking.ready(connectMs)
    await this.#subscriber.ready(connectMs)
  }

  /** Brings messages to the desk, and tells it when some may have been missed. */
  async listen(keys: Keys, desk: CancelDesk): Promise<void> {
    const { redis } = this.#subscriber
    redis.on('message', (_channel: string, text: string) => {
      const message = JSON.parse(text) as CancelMessage | CreditMessage
      if ('cancel' in message) desk.cancelled(message.cancel, message.reason)
      else desk.credited(message.credit, message.upTo)
    })
    redis.on('close', () => desk.deaf())
    // ioredis subscribes again by itself, before it says that it is ready.
    redis.on('ready', () => void desk.listening())
    await redis.subscribe(keys.toWorkers)
    await desk.listening()
  }

  close(): void {
    this.#subscriber.close()
    this.blocking.close()
    this.commands.close()
  }
}
