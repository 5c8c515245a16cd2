import { Timer } from '@conc/core/internal'
import type { Redis } from 'ioredis'
import { publishError } from '../engine/connection.js'
import type { Keys } from '../engine/keys.js'
import type { Dispatcher } from './dispatcher.js'
import { resultOf } from './result-of.js'

/** How often it is looked whether a job is due; ms. */
const everyMs = 1000

/** Ids asked about in one round trip. */
const batchSize = 2000

/** Asks Redis about jobs of which nothing was heard: the stream of events is bounded, and can be lost. */
export class Sweep {
  readonly #redis: Redis
  readonly #keys: Keys
  readonly #dispatcher: Dispatcher
  readonly #executor: string
  #timer: Timer | undefined
  #isClosed = false

  constructor(redis: Redis, keys: Keys, dispatcher: Dispatcher, executor: string) {
    this.#redis = redis
    this.#keys = keys
    this.#dispatcher = dispatcher
    this.#executor = executor
  }

  /** To be called whenever a job was added. */
  start(): void {
    if (this.#timer || this.#isClosed || this.#dispatcher.size === 0) return
    this.#timer = new Timer(everyMs, () => void this.#run())
  }

  stop(): void {
    this.#isClosed = true
    this.#timer?.clear()
  }

  /** Looks at these now. */
  async look(ids: readonly string[]): Promise<void> {
    for (let at = 0; at < ids.length; at += batchSize) {
      await this.#lookAt(ids.slice(at, at + batchSize))
    }
  }

  async #run(): Promise<void> {
    try {
      await this.look(this.#dispatcher.due())
    } catch (error) {
      // Away: they stay due, and calls have a time limit of their own for that.
      publishError(this.#executor, error)
    } finally {
      this.#timer = undefined
      this.start()
    }
  }

  async #lookAt(ids: readonly string[]): Promise<void> {
    const pipeline = this.#redis.pipeline()
    for (const id of ids) {
      pipeline.hmget(this.#keys.job(id), 'finishedOn', 'returnvalue', 'failedReason', 'timestamp')
    }
    const answers = (await pipeline.exec()) ?? []
    for (const [index, [error, fields]] of answers.entries()) {
      if (error) throw error
      this.#tell(ids[index] as string, fields as (string | null)[])
    }
  }

  #tell(id: string, [finishedOn, returnvalue, failedReason, timestamp]: (string | null)[]): void {
    if (timestamp === null || timestamp === undefined) this.#dispatcher.gone(id)
    else if (finishedOn === null || finishedOn === undefined) return
    else if (returnvalue !== null && returnvalue !== undefined) {
      this.#dispatcher.ended(id, { kind: 'completed', result: resultOf(JSON.parse(returnvalue)) })
    } else this.#dispatcher.ended(id, { kind: 'failed', reason: failedReason ?? '' })
  }
}
