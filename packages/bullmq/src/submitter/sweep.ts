import { channels } from '@conc/core'
import { publish, Timer } from '@conc/core/internal'
import type { Redis } from 'ioredis'
import { publishError } from '../engine/connection.js'
import type { Keys } from '../engine/keys.js'
import type { Dispatcher } from './dispatcher.js'
import { resultOf } from './result-of.js'

/** How often it is looked whether a job is due; ms. */
const everyMs = 1000

/** Jobs asked about in one round trip; Redis does nothing else meanwhile. */
const batchSize = 1000

/** Says nothing of jobs that are still there and not over: mostly that is all of them. */
const whatEnded = `
local news = {}
for place, key in ipairs(KEYS) do
  local job = redis.call('HMGET', key, 'finishedOn', 'timestamp', 'returnvalue', 'failedReason')
  if job[1] or not job[2] then news[#news + 1] = {place, job[2], job[3], job[4]} end
end
return news`

type Found = readonly [
  timestamp: string | null,
  returnvalue: string | null,
  failedReason: string | null,
]

/** Of a job that has ended or is gone; places count from 1. */
type JobNews = readonly [place: number, ...Found]

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
      await this.#sweep(this.#dispatcher.due())
    } catch (error) {
      // Away: they stay due, and calls have a time limit of their own for that.
      publishError(this.#executor, error)
    } finally {
      this.#timer = undefined
      this.start()
    }
  }

  async #sweep(ids: readonly string[]): Promise<void> {
    if (ids.length === 0) return
    const begun = performance.now()
    await this.look(ids)
    publish(channels.pool, 'swept', this.#executor, () => ({
      jobs: ids.length,
      tookMs: performance.now() - begun,
    }))
  }

  async #lookAt(ids: readonly string[]): Promise<void> {
    const keys = ids.map((id) => this.#keys.job(id))
    const news = (await this.#redis.eval(whatEnded, keys.length, ...keys)) as JobNews[]
    for (const [place, ...found] of news) this.#tell(ids[place - 1] as string, found)
  }

  #tell(id: string, [timestamp, returnvalue, failedReason]: Found): void {
    if (timestamp === null) this.#dispatcher.gone(id)
    else if (returnvalue !== null) {
      this.#dispatcher.ended(id, { kind: 'completed', result: resultOf(JSON.parse(returnvalue)) })
    } else this.#dispatcher.ended(id, { kind: 'failed', reason: failedReason ?? '' })
  }
}
